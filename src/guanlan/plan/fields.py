"""What the fields of a plan may hold."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$", max_length=60)]
GroupKey = Annotated[Key, StringConstraints(max_length=40)]
LevelKey = Annotated[Key, StringConstraints(max_length=20)]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Name = Annotated[Text, StringConstraints(max_length=120)]
ShortName = Annotated[Text, StringConstraints(max_length=40)]
Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Positive = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=525_600)]  # up to a year
Delay = Annotated[int, Field(strict=True, ge=0, le=525_600)]
Months = Annotated[int, Field(strict=True, ge=1, le=120)]
Years = Annotated[int, Field(strict=True, ge=1, le=20)]
Permille = Annotated[int, Field(strict=True, ge=0, le=1000)]
Flag = Annotated[bool, Field(strict=True)]
Measures = dict[str, Annotated[int, Field(strict=True)] | None]

Function = Literal[
    "leader",
    "command",
    "monitoring",
    "service",
    "media",
    "legal",
    "support",
    "administrator",
    "auditor",
]
Colour = Literal["red", "orange", "yellow", "blue", "purple"]
Step = Literal[
    "assess",
    "report_to_command",
    "first_response",
    "full_response",
    "facts",
    "measures_published",
]
Start = Literal["published", "taken_in", "signal", "confirmed"]
Checker = Literal["lead", "command"]
Channel = Literal["im", "sms", "voice", "mail"]
Purpose = Literal["statement", "answer", "closing_report", "legal_notice"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Keyed(Part):
    key: Key
