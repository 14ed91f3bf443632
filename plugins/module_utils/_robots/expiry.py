# -*- coding: utf-8 -*-
# Copyright (c) 2026, the harbormaster.robots contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This module_utils is PRIVATE to the collection and can change at any time.

"""Durations, dates and renewal. The clock is passed in: it is Harbor's.

Harbor counts a duration from the robot's creation, in days, and changes the expiry only when the duration that is sent
differs from the stored one (every version). "90 more days" for a robot of 200 days is therefore a duration of 290.
"""

from __future__ import annotations

import math
import re
import typing as t
from datetime import datetime, timezone

DAY = 86400
NEVER = -1
LONGEST = 2147483646
DEFAULT_DURATION = 30
LONGEST_TEXT = 64
# A working robot whose expiry would come nearer than this is not touched without allow_expire.
GRACE = DAY
DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")


class Expiry(t.NamedTuple):
    """What the user wants of a robot's expiry, in one of three forms.

    :ivar form: C(duration), C(valid_for) or C(expires_at)
    :ivar days: days of the first two; -1 for never
    :ivar renew_within: days before the end from which C(valid_for) is renewed
    :ivar until: seconds since 1970, for C(expires_at)
    """

    form: str
    days: int = 0
    renew_within: float = 0.0
    until: float = 0.0


class Change(t.NamedTuple):
    """A new expiry: the duration to be sent and the C(expires_at) that Harbor makes of it (-1: never)."""

    duration: int
    expires_at: int


class Outcome(t.NamedTuple):
    """What a wish means for one robot: a change or None, a fault or a warning."""

    change: t.Optional[Change] = None
    fault: t.Optional[str] = None
    warning: t.Optional[str] = None


def parse_duration(text: t.Any) -> tuple[t.Optional[int], t.Optional[str]]:
    """(days, None) or (None, fault) of O(duration): C(never), -1 or a number of days."""
    value = str(text).strip().lower()
    if value in ("never", "-1"):
        return NEVER, None
    fault = "duration %r is not valid: a number of days from 1 to %d, or never" % (text, LONGEST)
    if len(value) > LONGEST_TEXT:
        # Nothing that long is meant; Python refuses to read more than some thousand digits.
        return None, fault.replace(repr(text), "of %d characters" % len(value))
    if not re.match(r"[+-]?\d+\Z", value):
        days = re.match(r"(\d+)\s*(d|day|days)\Z", value)
        return None, fault + (" (did you mean %s?)" % days.group(1) if days else "")
    if int(value) == 0:
        return None, fault + "; 0 is refused by Harbor since 2.11 and meant its default before"
    return (int(value), None) if 1 <= int(value) <= LONGEST else (None, fault)


def parse_date(text: t.Any) -> tuple[t.Optional[float], t.Optional[str]]:
    """(seconds since 1970, None) or (None, fault) of a date or time in ISO 8601; UTC unless it says otherwise."""
    value = str(text).strip()
    try:
        moment = datetime.fromisoformat(value[:-1] + "+00:00" if value.endswith(("Z", "z")) else value)
    except ValueError:
        hint = " (use duration=never for a robot that never expires)" if value.lower() in ("never", "-1") else ""
        return None, "expires_at %r is not valid: a date such as 2027-02-18, or a time such as 2027-02-18T06:00:00Z%s" % (text, hint)
    seconds = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    # Before 1970 the numbers are negative, which is how Harbor says never.
    return (seconds, None) if seconds >= 0 else (None, "expires_at %r is in the past" % text)


def iso(seconds: t.Optional[float]) -> t.Optional[str]:
    """A moment as ISO 8601 in UTC; None for never. Harbor takes dates far beyond the year 9999."""
    if seconds is None or seconds < 0:
        return None
    try:
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "9999-12-31T23:59:59Z"


def day(seconds: float) -> str:
    """The date of a moment in UTC, or C(never): what diffs and changes show, so that a check and its run read the same."""
    return (iso(seconds) or "never")[:10]


def parse_time(text: t.Any) -> float:
    """Seconds since 1970 of one of Harbor's own times, 0 when it is none."""
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", "", str(text)).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0


def is_expired(expires_at: int, now: float) -> bool:
    """Harbor's own test at log-in: C(expires_at != -1 && expires_at <= now) (every version); 0 means unset."""
    return expires_at > 0 and expires_at <= now


def of_new(wish: t.Optional[Expiry], now: float) -> Outcome:
    """The expiry of a robot that is about to be made; 30 days where nothing is said, as Harbor's own page does."""
    if wish is None:
        days = DEFAULT_DURATION
    elif wish.form == "expires_at":
        days = math.ceil((wish.until - now) / DAY)
        if days < 1:
            return Outcome(fault="expires_at %s is in the past (Harbor's clock says %s)" % (iso(wish.until), iso(now)))
        if days > LONGEST:
            return Outcome(fault="expires_at is further away than Harbor can count")
    else:
        days = wish.days
    return Outcome(change=Change(days, NEVER if days == NEVER else int(now) + days * DAY))


def of_existing(
    wish: t.Optional[Expiry], creation: float, duration: int, expires_at: int, now: float, allow_expire: bool = False
) -> Outcome:
    """What a wish changes at a robot that exists.

    :param creation: when the robot was made, seconds since 1970
    :param duration: the stored duration, days or -1
    :param expires_at: the stored expiry, seconds since 1970 or -1
    :param now: Harbor's clock, seconds since 1970
    :param allow_expire: whether a working robot may be made to expire within 24 hours
    """
    if wish is None:
        return Outcome()
    expired = is_expired(expires_at, now)
    if wish.form == "duration":
        if expired:
            return Outcome(
                warning="expired on %s and a plain duration counts from its creation, so its expiry was left as it is; "
                "valid_for or a later expires_at extends it and keeps its secret" % day(expires_at)
            )
        if wish.days == duration:
            return Outcome()
        target = wish.days
    elif wish.form == "valid_for":
        left = math.inf if expires_at <= 0 else expires_at - now
        if left >= wish.renew_within * DAY:
            return Outcome()
        target = max(math.ceil((now - creation) / DAY), 0) + wish.days
        if creation + target * DAY <= expires_at:
            return Outcome()
    else:
        if expires_at > 0 and 0 <= expires_at - wish.until < DAY:
            return Outcome()
        target = math.ceil((wish.until - creation) / DAY)
        if target == duration and expires_at >= wish.until:
            return Outcome()  # Harbor adds days in its own time zone, so up to an hour may be over; no other duration comes closer
    return _checked(target, wish, creation, duration, expired, now, allow_expire)


def _checked(target: int, wish: Expiry, creation: float, duration: int, expired: bool, now: float, allow_expire: bool) -> Outcome:
    """The change to a duration, unless it would kill a working robot or say nothing to Harbor."""
    # Only a duration can say never: counted from a date, -1 is a day before the robot was made.
    if wish.form == "duration" and target == NEVER:
        return Outcome(change=Change(NEVER, NEVER))
    if target == duration:
        target += 1  # the same duration again would leave the expiry where it is
    if target < 1 or target > LONGEST:
        if wish.form == "valid_for":
            asked = "valid_for %d is more than Harbor can count from its creation on %s, %d days at most in all"
            return Outcome(fault=asked % (wish.days, day(creation), LONGEST))
        return Outcome(fault="an expiry of %s cannot be counted from its creation on %s" % (iso(wish.until), day(creation)))
    end = int(creation) + target * DAY
    if end < now + GRACE:
        if expired:
            return Outcome(warning="expired, and an expiry of %s would not wake it; its expiry was left as it is" % day(end))
        if not allow_expire:
            asked = (
                "duration %d counts from its creation on %s, so it" % (target, day(creation)) if wish.form == "duration" else "expires_at"
            )
            return Outcome(
                fault="%s would end a working robot on %s; for days from now use valid_for%s, or set allow_expire to end it"
                % (asked, iso(end), ": %d" % wish.days if wish.form == "duration" else "")
            )
    return Outcome(change=Change(target, end))
