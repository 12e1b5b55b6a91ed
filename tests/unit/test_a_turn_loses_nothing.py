"""Promise: a turn of the editor holds all that was written, typed and pressed since the one before,
whichever of them the draft was told of first."""

from typing import Any

from callbacks import drafts
from callbacks.drafts import Draft, Turn
from components import yaml_reader, yaml_view
from components.route_form import RouteForm

FORM = RouteForm()
ROUTE: dict[str, Any] = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": {"name": "checkout", "namespace": "shop"},
    "spec": {
        "hostnames": ["shop.example.com"],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/a"}}],
                "backendRefs": [{"name": "web", "port": 80, "weight": 9}],
            }
        ],
    },
}
BASE = {"object": ROUTE, "cluster": "web-fra"}


def turn(draft: Draft, *, text: str | None = None, **more: Any) -> Draft:
    """The draft after a turn in which the inputs hold what they showed, but for ``values``."""
    values = FORM.read(draft.object, draft.opened) | draft.typed() | more.pop("values", {})
    places = drafts.place(draft) | more.pop("places", {})
    done = Turn(draft.turn + 1, draft.text if text is None else text, values, places, **more)
    return drafts.turned(BASE, draft.stored(), FORM, done)


def test_a_turn_in_which_nothing_was_done_changes_nothing_but_its_number() -> None:
    before = drafts.start(BASE)
    after = turn(before)
    assert after == Draft(**before.stored() | {"turn": 1})


def test_yaml_inputs_and_buttons_of_one_turn_all_count() -> None:
    before = drafts.start(BASE)
    after = turn(
        before,
        text=before.text.replace("/a", "/b"),
        values={"hostnames": "other.example.com"},
        touched="hostnames",
        presses=[{"act": "match-add"}, {"act": "match-add"}],
    )
    spec = after.object["spec"]
    assert spec["hostnames"] == ["other.example.com"]
    assert spec["rules"][0]["matches"][0]["path"]["value"] == "/b"
    assert len(spec["rules"][0]["matches"]) == 3
    assert yaml_reader.from_text(after.text) == after.object


def test_an_input_that_nobody_touched_does_not_undo_the_yaml() -> None:
    before = drafts.start(BASE)
    after = turn(before, text=before.text.replace("shop.example.com", "other.example.com"))
    assert after.object["spec"]["hostnames"] == ["other.example.com"]


def test_an_input_whose_row_the_yaml_took_out_is_forgotten() -> None:
    before = drafts.start(BASE)
    text = yaml_view.to_text({**ROUTE, "spec": {"hostnames": ["shop.example.com"], "rules": []}})
    after = turn(before, text=text, values={"match-0-path": "/c"}, touched="match-0-path")
    assert after.object["spec"]["rules"] == []
    assert not after.wrong


def test_text_that_is_no_yaml_keeps_the_object_and_what_was_pressed_waits_for_nobody() -> None:
    before = drafts.start(BASE)
    after = turn(before, text="spec: [", presses=[{"act": "match-add"}])
    assert after.problem
    assert after.object == ROUTE
    again = turn(after, text=before.text)
    assert again.object == ROUTE
    assert not again.problem


def test_what_cannot_be_a_value_is_kept_as_typed_and_said() -> None:
    before = drafts.start(BASE)
    after = turn(before, values={"backend-0-port": "99999"}, touched="backend-0-port")
    assert after.object == ROUTE
    assert [one["field"] for one in after.wrong] == ["backend-0-port"]
    assert turn(after).wrong == after.wrong
    assert not turn(after, values={"backend-0-port": "81"}, touched="backend-0-port").wrong


def test_of_a_weight_and_its_slider_the_touched_one_counts() -> None:
    before = drafts.start(BASE)
    slid = turn(before, values={"backend-0-slide": 5}, touched="backend-0-slide")
    assert slid.object["spec"]["rules"][0]["backendRefs"][0]["weight"] == 5
    typed = turn(before, values={"backend-0-weight": "7"}, touched="backend-0-weight")
    assert typed.object["spec"]["rules"][0]["backendRefs"][0]["weight"] == 7


def test_a_name_typed_and_a_name_written_meet() -> None:
    before = drafts.start(BASE)
    text = before.text.replace("namespace: shop", "namespace: labs")
    after = turn(before, text=text, places={"name": "cart"})
    assert after.object["metadata"] == {"name": "cart", "namespace": "labs"}


def test_a_reset_is_the_object_as_it_was_loaded() -> None:
    changed = turn(drafts.start(BASE), values={"hostnames": ""}, touched="hostnames")
    assert "hostnames" not in changed.object["spec"]
    assert turn(changed, reset=True).object == ROUTE
