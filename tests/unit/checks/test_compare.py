"""What changed between two visits."""

from hypothesis import given
from hypothesis import strategies as st

from console.checks.compare import compare
from console.model.checks import SEVERITY, Status
from tests.unit.checks.found import finding

FINE = (Status.OK, Status.NA)
VISITS = st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(Status))


def test_each_change_has_its_name() -> None:
    # GIVEN two visits
    before = {"a": Status.OK, "b": Status.WARN, "c": Status.CRIT, "d": Status.CRIT, "e": Status.WARN, "f": Status.WARN}
    after = {
        "a": Status.CRIT,
        "b": Status.UNKNOWN,
        "c": Status.WARN,
        "d": Status.OK,
        "e": Status.WARN,
        "g": Status.WARN,
    }
    # WHEN they are compared
    changes = compare(
        [finding(status, item=item) for item, status in after.items()],
        [finding(status, item=item) for item, status in before.items()],
    )
    # THEN each has its kind, the worst first, and what stayed as it was is not there
    found = [(change.key[2], change.kind) for change in changes]
    assert found == [("a", "new"), ("b", "worse"), ("c", "better"), ("g", "new"), ("d", "fixed"), ("f", "gone")]


def test_what_was_skipped_says_nothing_of_either_visit() -> None:
    # GIVEN something wrong that was not asked this time WHEN the visits are compared
    changes = compare([finding(Status.SKIPPED)], [finding(Status.CRIT)])
    # THEN it is neither fixed nor better
    assert [change.kind for change in changes] == ["gone"]


@given(VISITS, VISITS)
def test_a_change_is_never_lost_and_never_made_up(before: dict[str, Status], after: dict[str, Status]) -> None:
    now = [finding(status, item=item) for item, status in after.items()]
    then = [finding(status, item=item) for item, status in before.items()]
    kinds = {change.key[2]: change.kind for change in compare(now, then)}
    back = {change.key[2]: change.kind for change in compare(then, now)}
    for item in "abcdefgh":
        old, new = before.get(item, Status.SKIPPED), after.get(item, Status.SKIPPED)
        wrong = [status not in (*FINE, Status.SKIPPED) for status in (old, new)]
        # THEN one that is wrong at exactly one of the visits is told, and one that is wrong at neither is not
        if wrong[0] != wrong[1]:
            assert kinds[item] == ("new" if wrong[1] else "gone" if new is Status.SKIPPED else "fixed")
        elif not wrong[0] or old is new:
            assert item not in kinds
        else:
            assert kinds[item] == ("worse" if SEVERITY.index(new) < SEVERITY.index(old) else "better")
            # THEN looked at backwards it is the contrary
            assert {kinds[item], back[item]} == {"worse", "better"}
