"""What is remembered is found again until there is no more room, and the longest unused goes first."""

from reporting_api.storage.remembered import Remembered


def test_what_was_not_asked_for_longest_goes_first():
    memory = Remembered(max_weight=10)
    memory.keep("a", (1,), 4)
    memory.keep("b", (2,), 4)
    assert memory.get("a", tuple) == (1,)
    memory.keep("c", (3,), 4)
    assert memory.get("b", tuple) is None
    assert (memory.get("a", tuple), memory.get("c", tuple)) == ((1,), (3,))


def test_room_is_counted_once_for_a_key_and_exactly():
    memory = Remembered(max_weight=10)
    for _ in range(5):
        memory.keep("a", "text", 6)
    memory.keep("b", "other", 4)
    assert (memory.get("a", str), memory.get("b", str)) == ("text", "other")
    memory.keep("c", "one more", 1)
    assert memory.get("a", str) is None


def test_what_is_larger_than_the_room_is_not_kept_and_drives_nothing_out():
    memory = Remembered(max_weight=10)
    memory.keep("a", "text", 10)
    memory.keep("b", "large", 11)
    assert (memory.get("a", str), memory.get("b", str)) == ("text", None)
    memory.forget()
    assert memory.get("a", str) is None
