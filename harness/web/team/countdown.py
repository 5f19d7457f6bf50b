"""The time that is left until a deadline, in words."""

from datetime import datetime, timedelta


def time_left(deadline: datetime, now: datetime) -> str:
    """Return the time until a deadline in its two largest units, empty once it has passed.

    >>> start = datetime(2026, 3, 1)
    >>> time_left(start + timedelta(days=3, hours=4, minutes=5), start), time_left(start, start)
    ('3 days 4 h', '')
    >>> time_left(start + timedelta(days=1), start), time_left(start + timedelta(seconds=61), start)
    ('1 day 0 h', '1 min 1 s')
    """
    seconds = int((deadline - now) / timedelta(seconds=1))
    if seconds <= 0:
        return ""
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} day{'s' * (days > 1)} {hours % 24} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min {seconds % 60} s"
