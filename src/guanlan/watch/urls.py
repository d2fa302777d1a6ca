"""Addresses of the feed, events and watches."""

from django.urls import path

from guanlan.watch.alerts import views as alerts
from guanlan.watch.assessing import views as assessing
from guanlan.watch.corrections import views as corrections
from guanlan.watch.grouping import views as grouping
from guanlan.watch.versions import views as versions
from guanlan.watch.views import events, impact, watches

urlpatterns = [
    path("feed/", events.feed_page, name="feed"),
    path("events/", events.events_page, name="events"),
    path("events/<str:key>/", events.event_page, name="event"),
    path("events/<str:key>/confirm/", events.confirm, name="event-confirm"),
    path("events/<str:key>/dismiss/", events.dismiss, name="event-dismiss"),
    path("events/<str:key>/fact/", events.fact, name="event-fact"),
    path("events/<str:key>/impact/", impact.impact_page, name="event-impact"),
    path("events/<str:key>/impact/<str:code>/", impact.impact_posts, name="event-impact-posts"),
    path("events/<str:key>/sheet/", assessing.write_sheet, name="event-sheet"),
    path("events/<str:key>/merge/", grouping.merge, name="event-merge"),
    path("events/<str:key>/split/", grouping.split, name="event-split"),
    path("events/<str:key>/precedent/", grouping.precedent, name="event-precedent"),
    path("events/merges/<str:key>/undo/", grouping.undo, name="merge-undo"),
    path("events/precedents/<str:key>/drop/", grouping.drop_precedent, name="precedent-drop"),
    path("events/sheets/<str:key>/", assessing.sheet_page, name="sheet"),
    path("corrections/<str:key>/", corrections.correct_page, name="post-correct"),
    path("corrections/<str:key>/judge/", corrections.judge, name="post-judge"),
    path("corrections/<str:key>/move/", corrections.move, name="post-move"),
    path("corrections/<str:key>/split/", corrections.split, name="post-split"),
    path("corrections/<str:key>/drop/", corrections.drop, name="post-drop"),
    path("models/", versions.models_page, name="models"),
    path("models/<str:key>/", versions.model_page, name="model"),
    path("models/<str:key>/force/", versions.force, name="model-force"),
    path("watches/", watches.watches_page, name="watches"),
    path("watches/new/", watches.add_watch, name="watch-new"),
    path("watches/import/", watches.import_watches, name="watch-import"),
    path("watches/count/", watches.count, name="watch-count"),
    path("watches/<str:key>/close/", watches.close, name="watch-close"),
    path("alarms/", alerts.alarms_page, name="alarms"),
    path("alarms/rules/", alerts.rules_page, name="alert-rules"),
    path("alarms/rules/new/", alerts.rule_page, name="alert-rule-new"),
    path("alarms/rules/try/", alerts.try_rule, name="alert-rule-try"),
    path("alarms/rules/<str:key>/", alerts.rule_page, name="alert-rule"),
    path("alarms/rules/<str:key>/close/", alerts.stop_rule, name="alert-rule-close"),
    path("alarms/false/", grouping.false_alarms, name="false-alarms"),
    path("alarms/<str:key>/", alerts.alarm_page, name="alarm"),
    path("alarms/<str:key>/see/", alerts.see_alarm, name="alarm-see"),
    path("alarms/<str:key>/false/", alerts.call_alarm_false, name="alarm-false"),
]
