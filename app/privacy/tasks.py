"""What runs by itself."""

from app.core.transaction import end_reading, transaction
from app.jobs.queue import every
from app.privacy import queries, services


@every(60, "privacy.retention")
def retention() -> None:
    """Once a day, remove what has served its time."""
    if services.ran_today():
        return end_reading()
    people = 0
    while True:
        with transaction():
            done = services.forget_some()
        if not done:
            break
        people += done
    wanted = queries.list_file_keys()
    end_reading()
    dropped = services.sweep_files(wanted)
    with transaction():
        services.remove_what_served_its_time(before={"people": people, "files": dropped})
