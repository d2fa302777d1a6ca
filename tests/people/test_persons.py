"""Adding, correcting, placing, deactivating persons: who may, what is refused, what is written down."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.hashers import make_password
from django.core import checks
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from conftest import NOW, AtOnce, Cast
from guanlan.audit.models import Entry
from guanlan.clocks.models import Stream
from guanlan.errors import NotAllowed
from guanlan.people import actions, queries
from guanlan.people.models import DutyShift, Membership, Person, Unit
from guanlan.people.passwords import first_password, seal_random
from guanlan.people.permissions import functions_of

LATER = NOW + timedelta(hours=1)


def last() -> Entry:
    return Entry.objects.latest("number")


class TestUnit:
    def test_the_database_keeps_one_root(self, unit: Unit) -> None:
        Unit.objects.create(name="华东", parent=unit)
        Unit.objects.create(name="华南", parent=unit)

        with pytest.raises(IntegrityError), transaction.atomic():
            Unit.objects.create(name="另一家公司")

        assert queries.company() == unit

    def test_no_constraint_is_left_out_by_the_database(self, db: None) -> None:
        assert checks.run_checks(databases=["default"]) == []


class TestFirstAdministrator:
    def first(self) -> Person:
        return actions.first_administrator(
            username="wu", name="吴凡", password="a-long-passphrase", company="观澜商城", now=NOW
        )

    def test_names_the_company_opens_the_real_stream_and_may_manage_people(self, db: None) -> None:
        person = self.first()

        assert functions_of(person, at=NOW) == {"administrator"}
        assert Unit.objects.get().name == "观澜商城"
        assert Stream.objects.get().kind == Stream.Kind.REAL
        assert Client().login(username="wu", password="a-long-passphrase")

    def test_is_refused_once_anybody_exists(self, cast: Cast) -> None:
        with pytest.raises(actions.AlreadySetUp, match="请用账号登录"):
            self.first()

        assert Person.objects.count() == 7

    def test_writes_down_each_step(self, db: None) -> None:
        self.first()

        assert list(Entry.objects.values_list("verb", flat=True)) == [
            "people.name_company",
            "clocks.open_stream",
            "people.open_group",
            "people.add_person",
            "people.set_password",
            "people.place",
        ]


class TestAddPerson:
    def test_adds_somebody_who_cannot_sign_in_before_a_password_is_set(self, cast: Cast, unit: Unit) -> None:
        person = actions.add_person(
            username="he", name="何涛", unit=unit, phone="13900000009", actor=cast.wu.key, now=NOW
        )

        assert (person.phone, person.has_usable_password()) == ("13900000009", False)
        assert (last().verb, last().actor, last().subject) == ("people.add_person", cast.wu.key, person.key)
        assert "何涛" not in str(last().facts)

    def test_refuses_a_login_name_taken_in_any_case(self, cast: Cast, unit: Unit) -> None:
        before = Entry.objects.count()
        with pytest.raises(actions.NameTaken, match="“CHEN”已经有人使用"):
            actions.add_person(username="CHEN", name="陈二", unit=unit, actor="system", now=NOW)

        assert (Person.objects.filter(name="陈二").count(), Entry.objects.count()) == (0, before)

    def test_refuses_whoever_is_no_administrator(self, cast: Cast, unit: Unit) -> None:
        with pytest.raises(NotAllowed, match="管理员"):
            actions.add_person(username="he", name="何涛", unit=unit, actor=cast.li.key, now=NOW)

        assert not Person.objects.filter(username="he").exists()


class TestTakeOn:
    def test_adds_places_and_lets_in(self, cast: Cast, unit: Unit) -> None:
        person = actions.take_on(
            unit=unit,
            sealed=make_password("pass-word-9"),
            serving=(cast.groups["media"], Membership.Role.DEPUTY),
            actor=cast.wu.key,
            now=NOW,
            username="he",
            name="何涛",
        )

        assert functions_of(person, at=NOW) == {"media"}
        assert Client().login(username="he", password="pass-word-9")

    def test_adds_nobody_when_the_name_is_taken(self, cast: Cast, unit: Unit) -> None:
        with pytest.raises(actions.NameTaken):
            actions.take_on(
                unit=unit, sealed="x", serving=None, actor=cast.wu.key, now=NOW, username="chen", name="陈二"
            )

        assert Person.objects.count() == 7


class TestChangePerson:
    def change(self, person: Person, actor: Person) -> None:
        actions.change_person(
            person=person, name="陈小", phone="12345678", email="c@example.com", actor=actor.key, now=NOW
        )

    @pytest.mark.parametrize("who", ["chen", "wu"])
    def test_lets_the_person_and_an_administrator(self, cast: Cast, who: str) -> None:
        self.change(cast.chen, getattr(cast, who))

        cast.chen.refresh_from_db()
        assert (cast.chen.name, cast.chen.phone, cast.chen.email) == ("陈小", "12345678", "c@example.com")
        assert (last().verb, last().facts) == ("people.change_person", {})

    def test_refuses_anybody_else(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            self.change(cast.chen, cast.li)


class TestPassword:
    def test_signs_out_whoever_is_signed_in(self, cast: Cast, sign_in: Callable[..., Client]) -> None:
        browser = sign_in(cast.chen)
        actions.set_password(person=cast.chen, sealed=seal_random("abc"), actor=cast.wu.key, now=NOW)

        answer = browser.get(reverse("people"))

        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login/")
        assert (last().verb, last().facts) == ("people.set_password", {})

    def test_a_first_password_lets_in_and_is_sealed_fully_then(self, cast: Cast) -> None:
        first = first_password()
        actions.set_password(person=cast.chen, sealed=seal_random(first), actor=cast.wu.key, now=NOW)
        cast.chen.refresh_from_db()
        assert "$20000$" in cast.chen.password

        assert Client().login(username="chen", password=first)

        cast.chen.refresh_from_db()
        assert int(cast.chen.password.split("$")[1]) >= 600_000  # OWASP's floor for PBKDF2-SHA256
        assert not Client().login(username="chen", password=first + "x")

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.set_password(person=cast.chen, sealed="x", actor=cast.li.key, now=NOW)

    def test_first_passwords_are_long_and_never_alike(self) -> None:
        made = {first_password() for _each in range(50)}

        assert len(made) == 50
        assert {len(password) for password in made} == {14}
        assert not set("ilo01") & set("".join(made))


class TestPlace:
    def test_ends_the_earlier_role_in_the_same_group(self, cast: Cast) -> None:
        media = cast.groups["media"]
        actions.place(
            person=cast.chen, group=media, role=Membership.Role.DEPUTY, actor=cast.wu.key, now=LATER
        )

        roles = Membership.objects.filter(person=cast.chen).order_by("pk").values_list("role", "ended_at")
        assert list(roles) == [("LEAD", LATER), ("DEPUTY", None)]
        assert last().facts == {"group": media.key, "role": "DEPUTY"}

    def test_grows_the_number_that_live_pages_compare(self, cast: Cast) -> None:
        before = Person.objects.get(pk=cast.chen.pk).permission_version
        actions.place(
            person=cast.chen, group=cast.groups["legal"], role="MEMBER", actor=cast.wu.key, now=LATER
        )

        assert Person.objects.get(pk=cast.chen.pk).permission_version == before + 1

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.place(
                person=cast.chen, group=cast.groups["legal"], role="LEAD", actor=cast.chen.key, now=NOW
            )

    def test_the_lead_comes_first_then_deputies_then_members(self, cast: Cast) -> None:
        media = cast.groups["media"]
        for person, role in ((cast.liu, "MEMBER"), (cast.wang, "DEPUTY")):
            actions.place(person=person, group=media, role=role, actor="system", now=NOW)

        names = [serving.person.name for serving in queries.members(media, at=NOW)]
        assert names == ["陈晓", "王芳", "刘洋"]


class TestRemove:
    def test_ends_the_service_and_the_functions_with_it(self, cast: Cast) -> None:
        actions.remove_from(person=cast.chen, group=cast.groups["media"], actor=cast.wu.key, now=LATER)

        assert functions_of(cast.chen, at=NOW) == {"media"}
        assert functions_of(cast.chen, at=LATER) == set()
        assert (last().verb, last().facts) == ("people.remove_from", {"group": cast.groups["media"].key})

    def test_refuses_to_lose_the_last_administrator(self, cast: Cast) -> None:
        with pytest.raises(actions.LastAdministrator, match="吴凡是唯一的管理员"):
            actions.remove_from(
                person=cast.wu, group=cast.groups["administration"], actor=cast.wu.key, now=NOW
            )

    def test_lets_an_administrator_go_while_another_serves(self, cast: Cast) -> None:
        group = cast.groups["administration"]
        actions.place(person=cast.li, group=group, role="MEMBER", actor=cast.wu.key, now=NOW)

        actions.remove_from(person=cast.wu, group=group, actor=cast.wu.key, now=LATER)

        assert functions_of(cast.wu, at=LATER) == set()

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.remove_from(person=cast.chen, group=cast.groups["media"], actor=cast.li.key, now=NOW)


class TestDeactivate:
    def test_ends_service_and_coming_shifts_and_keeps_the_rest(self, cast: Cast) -> None:
        def shift(person: Person, deputy: Person | None, hours: int) -> DutyShift:
            return actions.plan_shift(
                group=cast.groups["monitoring"],
                person=person,
                deputy=deputy,
                starts_at=NOW + timedelta(hours=hours),
                ends_at=NOW + timedelta(hours=hours + 8),
                actor="system",
                now=NOW,
            )

        past, ahead, aside = (
            shift(cast.wang, None, -9),
            shift(cast.wang, None, 5),
            shift(cast.liu, cast.wang, 5),
        )

        actions.deactivate(person=cast.wang, actor=cast.wu.key, now=NOW)

        cast.wang.refresh_from_db()
        assert not cast.wang.is_active
        assert functions_of(cast.wang, at=NOW) == set()
        assert set(DutyShift.objects.values_list("pk", flat=True)) == {past.pk, aside.pk}
        assert ahead.pk not in {past.pk, aside.pk}
        assert DutyShift.objects.get(pk=aside.pk).deputy is None
        assert last().verb == "people.deactivate"

    def test_whoever_is_deactivated_is_out_at_once(self, cast: Cast, sign_in: Callable[..., Client]) -> None:
        browser = sign_in(cast.chen)
        actions.deactivate(person=cast.chen, actor=cast.wu.key, now=NOW)

        assert browser.get(reverse("people")).status_code == 302

    def test_refuses_to_lose_the_last_administrator(self, cast: Cast) -> None:
        with pytest.raises(actions.LastAdministrator):
            actions.deactivate(person=cast.wu, actor=cast.wu.key, now=NOW)

    def test_refuses_whoever_is_no_administrator(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.deactivate(person=cast.chen, actor=cast.li.key, now=NOW)

    def test_can_be_undone_without_the_groups(self, cast: Cast) -> None:
        actions.deactivate(person=cast.chen, actor=cast.wu.key, now=NOW)
        actions.reactivate(person=cast.chen, actor=cast.wu.key, now=LATER)

        cast.chen.refresh_from_db()
        assert cast.chen.is_active
        assert functions_of(cast.chen, at=LATER) == set()
        assert last().verb == "people.reactivate"

    def test_only_an_administrator_undoes_it(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.reactivate(person=cast.chen, actor=cast.li.key, now=NOW)


class TestCompanyAndGroups:
    def test_the_company_is_renamed_not_doubled(self, cast: Cast, unit: Unit) -> None:
        actions.name_company(name="观澜百货", actor=cast.wu.key, now=NOW)

        assert list(Unit.objects.values_list("name", flat=True)) == ["观澜百货"]
        assert (last().verb, last().subject) == ("people.name_company", unit.key)

    def test_only_an_administrator_names_it(self, cast: Cast) -> None:
        with pytest.raises(NotAllowed):
            actions.name_company(name="观澜百货", actor=cast.li.key, now=NOW)

    def test_a_group_that_was_closed_opens_again_under_its_code(self, cast: Cast, unit: Unit) -> None:
        media = cast.groups["media"]
        media.closed_at = NOW
        media.save()

        again = actions.open_group(
            code="media", name="媒体组", function="media", unit=unit, actor="system", now=LATER
        )

        assert (again.pk, again.name, again.closed_at) == (media.pk, "媒体组", None)
        assert last().verb == "people.open_group"


@pytest.mark.django_db(transaction=True)
def test_two_who_add_one_name_at_once_leave_one_person(unit: Unit, at_once: AtOnce) -> None:
    add = partial(actions.add_person, username="he", name="何涛", unit=unit, actor="system", now=NOW)

    assert at_once(add) == ["NameTaken", "done"]
    assert Person.objects.count() == 1
