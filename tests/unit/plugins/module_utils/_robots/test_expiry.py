# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import re
import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.harbormaster.robots.plugins.module_utils._robots import expiry
from ansible_collections.harbormaster.robots.plugins.module_utils._robots.expiry import (
    DAY,
    LONGEST,
    Change,
    Expiry,
    day,
    is_expired,
    iso,
    of_existing,
    of_new,
    parse_date,
    parse_duration,
    parse_time,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc).timestamp()


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp()


def existing(wish: Expiry | None, age: float, duration: int, expires_at: float | None = None, **options: t.Any) -> expiry.Outcome:
    """The outcome for a robot that is `age` days old; it expires as its duration says unless told otherwise."""
    created = NOW - age * DAY
    if expires_at is None:
        expires_at = -1 if duration == -1 else int(created) + duration * DAY
    return of_existing(wish, created, duration, int(expires_at), NOW, **options)


def duration(days: int) -> Expiry:
    return Expiry("duration", days=days)


def valid_for(days: int, renew_within: float) -> Expiry:
    return Expiry("valid_for", days=days, renew_within=renew_within)


def until(text: str) -> Expiry:
    return Expiry("expires_at", until=at(text))


# --- what users write


@pytest.mark.parametrize(
    ("text", "days"),
    [("never", -1), ("Never ", -1), ("-1", -1), (-1, -1), ("30", 30), (30, 30), (" 1 ", 1), ("2147483646", LONGEST), ("+5", 5)],
)
def test_durations(text: t.Any, days: int) -> None:
    assert parse_duration(text) == (days, None)


RULE = "a number of days from 1 to 2147483646, or never"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("0", "; 0 is refused by Harbor since 2.11 and meant its default before"),
        ("-2", ""),
        ("2147483647", ""),
        ("soon", ""),
        ("", ""),
        ("1.5", ""),
        ("90d", " (did you mean 90?)"),
        ("90 days", " (did you mean 90?)"),
        ("1 day", " (did you mean 1?)"),
    ],
)
def test_durations_that_are_wrong(text: str, rest: str) -> None:
    assert parse_duration(text) == (None, "duration %r is not valid: %s%s" % (text, RULE, rest))


@pytest.mark.parametrize("text", ["9" * 5000, "-" + "9" * 5000, "9" * 5000 + "d", "9" * 20])
def test_a_number_that_nobody_means_is_wrong_input(text: str) -> None:
    """Python itself refuses to read numbers of more than some thousand digits."""
    shown = repr(text) if len(text) < 64 else "of %d characters" % len(text)
    assert parse_duration(text) == (None, "duration %s is not valid: %s" % (shown, RULE))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-02-18", "2027-02-18T00:00:00"),
        ("2027-02-18T06:00:00Z", "2027-02-18T06:00:00"),
        ("2027-02-18T06:00:00z", "2027-02-18T06:00:00"),
        ("2027-02-18 06:00", "2027-02-18T06:00:00"),
        ("2027-02-18T06:00:00+02:00", "2027-02-18T04:00:00"),
    ],
)
def test_dates_are_utc_unless_they_say_otherwise(text: str, moment: str) -> None:
    assert parse_date(text) == (at(moment), None)


@pytest.mark.parametrize("text", ["tomorrow", "2027-13-01", "18.02.2027", "", "2027-02-30"])
def test_dates_that_are_wrong(text: str) -> None:
    told = "expires_at %r is not valid: a date such as 2027-02-18, or a time such as 2027-02-18T06:00:00Z" % text
    assert parse_date(text) == (None, told)


@pytest.mark.parametrize("text", ["1969-12-31", "0001-01-01", "0001-01-01T00:00:00+14:00"])
def test_a_date_before_all_counting_is_in_the_past(text: str) -> None:
    """Its number is negative, and would read as never."""
    assert parse_date(text) == (None, "expires_at %r is in the past" % text)
    assert parse_date("1970-01-01") == (0.0, None)


def test_a_date_that_never_comes_is_a_duration() -> None:
    for text in ("never", "-1"):
        assert (parse_date(text)[1] or "").endswith("06:00:00Z (use duration=never for a robot that never expires)")


# --- what Harbor says


def test_harbors_times_are_read_without_their_fractions() -> None:
    assert parse_time("2026-11-20T19:09:00.598Z") == at("2026-11-20T19:09:00")
    assert parse_time("2026-11-20T19:09:00Z") == at("2026-11-20T19:09:00")
    assert parse_time("2026-11-20T19:09:00.123456+01:00") == at("2026-11-20T18:09:00")
    assert (parse_time(None), parse_time("")) == (0.0, 0.0)


def test_moments_in_words() -> None:
    assert iso(at("2027-02-18T06:00:00")) == "2027-02-18T06:00:00Z"
    assert (iso(None), iso(-1)) == (None, None)
    assert (day(at("2027-02-18T23:59:59")), day(-1)) == ("2027-02-18", "never")
    # What a duration of 2147483646 gives.
    assert iso(185544382185093) == "9999-12-31T23:59:59Z"


@pytest.mark.parametrize(("expires_at", "expired"), [(-1, False), (0, False), (NOW + 1, False), (NOW, True), (NOW - 1, True)])
def test_a_robot_expires_at_the_very_second(expires_at: float, expired: bool) -> None:
    assert is_expired(int(expires_at), NOW) is expired


# --- a robot that is about to be made


def test_a_new_robot_of_which_nothing_is_said_lives_for_30_days() -> None:
    assert of_new(None, NOW).change == Change(30, int(NOW) + 30 * DAY)


@pytest.mark.parametrize("wish", [duration(90), valid_for(90, 30)])
def test_a_new_robot_lives_as_long_as_was_said(wish: Expiry) -> None:
    assert of_new(wish, NOW).change == Change(90, int(NOW) + 90 * DAY)


def test_a_new_robot_may_live_for_ever() -> None:
    assert of_new(duration(-1), NOW).change == Change(-1, -1)


def test_a_new_robot_lives_at_least_until_the_date() -> None:
    assert of_new(until("2026-11-30T12:00:00"), NOW).change == Change(10, int(NOW) + 10 * DAY)
    assert of_new(until("2026-11-30T12:00:01"), NOW).change == Change(11, int(NOW) + 11 * DAY)
    assert of_new(until("2026-11-20T12:00:01"), NOW).change == Change(1, int(NOW) + DAY)


def test_a_new_robot_cannot_end_in_the_past() -> None:
    told = "expires_at 2026-11-20T12:00:00Z is in the past (Harbor's clock says 2026-11-20T12:00:00Z)"
    assert of_new(until("2026-11-20T12:00:00"), NOW) == (None, told, None)


def test_a_new_robot_cannot_outlive_harbors_numbers() -> None:
    wish = Expiry("expires_at", until=NOW + (LONGEST + 1.0) * DAY)
    assert of_new(wish, NOW).fault == "expires_at is further away than Harbor can count"


# --- robots that exist: what is not to be touched


@pytest.mark.parametrize(("age", "days"), [(10, 90), (200, -1), (200, 90), (1, 0)])
def test_no_wish_no_change(age: float, days: int) -> None:
    assert existing(None, age, days) == (None, None, None)


@pytest.mark.parametrize(("age", "days"), [(10, 90), (89.9, 90), (4000, -1)])
def test_the_same_duration_is_no_change(age: float, days: int) -> None:
    """Not even in the robot's last hours: the plan touches nothing, so it kills nothing."""
    assert existing(duration(days), age, days) == (None, None, None)


def test_valid_for_never_shortens() -> None:
    assert existing(valid_for(90, 30), 10, -1) == (None, None, None)
    assert existing(valid_for(90, 89), 10, 1000) == (None, None, None)


@pytest.mark.parametrize("left", [30, 30.5, 90, 5000])
def test_valid_for_waits_until_renew_within(left: float) -> None:
    assert existing(valid_for(90, 30), 100, 200, NOW + left * DAY) == (None, None, None)


def test_a_date_is_met_by_the_whole_day_that_ends_on_or_after_it() -> None:
    for late in (0, 1, DAY - 1):
        assert existing(until("2027-02-18T00:00:00"), 10, 100, at("2027-02-18T00:00:00") + late) == (None, None, None)
    for late in (-1, DAY):
        assert existing(until("2027-02-18T00:00:00"), 10.3, 200, at("2027-02-18T00:00:00") + late).change is not None


# --- robots that exist: what is changed


def test_a_duration_counts_from_creation() -> None:
    assert existing(duration(90), 10, 30).change == Change(90, int(NOW) + 80 * DAY)
    assert existing(duration(20), 10, 30).change == Change(20, int(NOW) + 10 * DAY)


def test_never_expire() -> None:
    assert existing(duration(-1), 10, 30).change == Change(-1, -1)


@pytest.mark.parametrize(("age", "sent"), [(200, 290), (200.1, 291), (0, 90), (61, 151)])
def test_valid_for_counts_from_now_although_harbor_counts_from_creation(age: float, sent: int) -> None:
    change = existing(valid_for(90, 30), age, 10 + int(age), NOW + 10 * DAY).change
    assert change is not None
    assert change.duration == sent
    assert NOW + 90 * DAY <= change.expires_at < NOW + 91 * DAY


def test_a_creation_in_the_future_counts_as_now() -> None:
    """Clocks may differ by a little."""
    change = of_existing(valid_for(90, 89), NOW + 60, 1, int(NOW) + DAY, NOW).change
    assert change == Change(90, int(NOW) + 60 + 90 * DAY)


def test_the_renewal_comes_as_soon_as_fewer_days_are_left() -> None:
    assert existing(valid_for(90, 30), 60, 90, NOW + 30 * DAY).change is None
    assert existing(valid_for(90, 30), 60, 90, NOW + 30 * DAY - 1).change == Change(150, int(NOW) + 90 * DAY)


def test_the_stored_duration_again_would_be_ignored_so_one_day_more_is_sent() -> None:
    """Harbor keeps expires_at when the duration is the stored one, as after an upgrade from a time when it counted otherwise."""
    assert existing(valid_for(90, 30), 60, 150, NOW + 5 * DAY).change == Change(151, int(NOW) + 91 * DAY)


def test_a_date_may_extend_and_shorten() -> None:
    longer = existing(until("2027-02-18T00:00:00"), 10, 30).change
    assert longer is not None
    assert at("2027-02-18T00:00:00") <= longer.expires_at < at("2027-02-19T00:00:00")
    shorter = existing(until("2026-12-01T00:00:00"), 10, 300).change
    assert shorter is not None
    assert at("2026-12-01T00:00:00") <= shorter.expires_at < at("2026-12-02T00:00:00")
    ended = existing(until("2026-12-01T00:00:00"), 10, -1).change
    assert ended is not None
    assert at("2026-12-01T00:00:00") <= ended.expires_at < at("2026-12-02T00:00:00")


# --- expired robots


def test_an_expired_robot_with_valid_for_is_extended() -> None:
    assert existing(valid_for(90, 30), 100, 30).change == Change(190, int(NOW) + 90 * DAY)


def test_an_expired_robot_with_a_later_date_is_extended() -> None:
    change = existing(until("2027-02-18T00:00:00"), 100, 30).change
    assert change is not None
    assert change.expires_at >= at("2027-02-18T00:00:00")


@pytest.mark.parametrize("days", [30, 5, 365])
def test_an_expired_robot_with_a_plain_duration_is_left_with_a_warning(days: int) -> None:
    made = existing(duration(days), 100, 30)
    assert (made.change, made.fault) == (None, None)
    assert made.warning == (
        "expired on 2026-09-11 and a plain duration counts from its creation, so its expiry was left as it is; "
        "valid_for or a later expires_at extends it and keeps its secret"
    )


def test_an_expired_robot_with_an_earlier_date_is_left() -> None:
    made = existing(until("2026-11-01T00:00:00"), 100, 30)
    assert made == (None, None, "expired, and an expiry of 2026-11-01 would not wake it; its expiry was left as it is")
    # Met already.
    assert existing(until("2026-09-11T00:00:00"), 100, 30, at("2026-09-11T12:00:00")) == (None, None, None)


# --- no plan kills a working robot by arithmetic


@pytest.mark.parametrize(("age", "held"), [(200, -1), (200, 365), (89.5, 100)])
def test_a_duration_that_would_end_a_working_robot_is_wrong_input(age: float, held: int) -> None:
    made = existing(duration(90), age, held)
    assert made.change is None
    assert re.fullmatch(
        r"duration 90 counts from its creation on \d{4}-\d\d-\d\d, so it would end a working robot on \S+Z; "
        r"for days from now use valid_for: 90, or set allow_expire to end it",
        made.fault or "",
    )


def test_the_next_24_hours_count_as_the_end() -> None:
    assert existing(duration(90), 89, 100).change == Change(90, int(NOW) + DAY)
    assert existing(duration(90), 89 + 1 / DAY, 100).fault


def test_a_date_that_would_end_a_working_robot_is_wrong_input() -> None:
    made = existing(until("2026-11-10T00:00:00"), 200, -1)
    assert made.fault == (
        "expires_at would end a working robot on 2026-11-10T12:00:00Z; for days from now use valid_for, or set allow_expire to end it"
    )
    assert existing(until("2026-11-21T11:00:00"), 200, 365).change == Change(201, int(NOW) + DAY)
    assert existing(until("2026-11-20T11:00:00"), 200, 365).fault


def test_allow_expire_ends_it() -> None:
    assert existing(duration(90), 200, -1, allow_expire=True).change == Change(90, int(NOW) - 110 * DAY)
    change = existing(until("2026-11-10T00:00:00"), 200, -1, allow_expire=True).change
    assert change is not None
    assert change.expires_at == at("2026-11-10T12:00:00")


def test_a_date_before_the_creation_cannot_be_sent() -> None:
    made = existing(until("2026-11-01T00:00:00"), 10, 90, allow_expire=True)
    assert made.fault == "an expiry of 2026-11-01T00:00:00Z cannot be counted from its creation on 2026-11-10"
    wish = Expiry("expires_at", until=NOW + (LONGEST + 1.0) * DAY)
    assert "cannot be counted" in (existing(wish, 10, 90).fault or "")


@pytest.mark.parametrize("hours", [1, 24, 25, 47, 48, 49])
@pytest.mark.parametrize("allow_expire", [False, True])
def test_a_date_before_the_creation_never_means_never(hours: int, allow_expire: bool) -> None:
    """One to two days before the creation are -1 days from it, which is how Harbor says never."""
    wish = Expiry("expires_at", until=NOW - hours * 3600)
    for stored in (30, -1):
        made = existing(wish, 0, stored, allow_expire=allow_expire)
        assert "cannot be counted from its creation" in (made.fault or ""), made


def test_no_date_wakes_an_expired_robot_for_ever() -> None:
    wish = Expiry("expires_at", until=NOW - 31.5 * DAY)
    assert existing(wish, 30, 1).change is None


def test_valid_for_beyond_what_harbor_counts_says_so() -> None:
    assert existing(valid_for(LONGEST, LONGEST / 3), 10, 90).fault == (
        "valid_for 2147483646 is more than Harbor can count from its creation on 2026-11-10, 2147483646 days at most in all"
    )
    # The same number of days again would not be a change, and one more is too many.
    assert existing(valid_for(LONGEST, LONGEST / 3), 0, LONGEST, expires_at=NOW + DAY).fault


# --- the second run


def seeds() -> t.Iterator[tuple[Expiry, float, int]]:
    """Wishes, ages and stored durations, drawn once and for all."""
    dice = random.Random(11)
    for _number in range(300):
        form = dice.choice(("duration", "valid_for", "expires_at"))
        days = dice.randint(2, 400)
        wish = {
            "duration": duration(dice.choice((days, -1))),
            "valid_for": valid_for(days, dice.uniform(0, days - 1)),
            "expires_at": Expiry("expires_at", until=NOW + dice.uniform(-20, 400) * DAY),
        }[form]
        yield wish, dice.choice((0.0, dice.uniform(0, 800))), dice.choice((-1, dice.randint(1, 900)))


def test_a_second_run_changes_nothing_whatever_the_form() -> None:
    """What Harbor makes of the duration that is sent satisfies the same wish, at once and an hour later."""
    changed = 0
    for wish, age, held in seeds():
        created = NOW - age * DAY
        first = existing(wish, age, held, allow_expire=True)
        if first.change is None:
            continue
        changed += 1
        assert first.change.duration != held
        assert first.change.expires_at == (-1 if first.change.duration == -1 else int(created) + first.change.duration * DAY)
        for later in (0, 3600):
            again = of_existing(wish, created, first.change.duration, first.change.expires_at, NOW + later, True)
            assert (again.change, again.fault) == (None, None), (wish, age, held)
    assert changed > 100


def test_a_second_run_after_the_creation_changes_nothing() -> None:
    for wish, _age, _held in seeds():
        made = of_new(wish, NOW).change
        if made is not None:
            assert of_existing(wish, NOW, made.duration, made.expires_at, NOW + 3600).change is None


def test_no_wish_kills_a_working_robot() -> None:
    refused = 0
    for wish, age, held in seeds():
        working = held == -1 or NOW - age * DAY + held * DAY > NOW
        made = existing(wish, age, held)
        refused += bool(made.fault)
        if working and made.change is not None:
            assert made.change.expires_at == -1 or made.change.expires_at >= NOW + DAY
    assert refused > 5


@pytest.mark.parametrize("shift", [-3600, 3600])
def test_a_date_is_met_although_harbor_counts_calendar_days(shift: int) -> None:
    """Harbor adds days in its own time zone, so the end may be an hour off after a change of the clocks."""
    for seconds in (1, 1800, 3599, 7200, DAY - 1800, DAY - 1):
        created, wish = NOW, Expiry("expires_at", until=NOW + 99 * DAY + seconds)
        days, runs = 30, 0
        while runs < 4:
            expires_at = int(created) + days * DAY + (shift if days > 60 else 0)
            change = of_existing(wish, created, days, expires_at, NOW).change
            if change is None:
                break
            days, runs = change.duration, runs + 1
        assert runs <= 2, seconds
        assert expires_at >= wish.until
