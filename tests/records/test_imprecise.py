import pytest

from clew.records import AgeRange, Answer, Count, DateInterval


@pytest.mark.parametrize(
    "text", ["2021", "2021-02", "2021-02-28", "2019/2021", "2019-05/2021", "2019-05-03/2019-06-01"]
)
def test_date_interval_keeps_its_form(text):
    assert str(DateInterval.parse(text)) == text


@pytest.mark.parametrize("text", ["", "21", "2021-13", "2021-02-30", "2021/2019", "03/02/2021", "2021-2-3"])
def test_date_interval_refuses_what_is_no_date(text):
    with pytest.raises(ValueError):
        DateInterval.parse(text)


def test_age_range_says_child_only_when_the_whole_range_is():
    assert AgeRange.parse("9--17").is_child is Answer.YES
    assert AgeRange.parse("18--20").is_child is Answer.NO
    assert AgeRange.parse("15--20").is_child is Answer.UNKNOWN
    assert AgeRange.parse("48+").is_child is Answer.NO


def test_age_range_reads_the_odd_label_of_the_2021_release():
    assert AgeRange.parse("09--17") == AgeRange.parse("9--17")


@pytest.mark.parametrize("text", ["", "x", "17--9", "-3", "200--210"])
def test_age_range_refuses_what_is_no_age(text):
    with pytest.raises(ValueError):
        AgeRange.parse(text)


def test_suppressed_count_is_an_interval_and_stays_one_in_a_sum():
    total = Count.parse("<5") + Count.parse("<5") + Count.parse("10")
    assert (total.low, total.high, total.suppressed) == (12, 18, True)
    assert str(total) == "12 to 18"


@pytest.mark.parametrize("text", ["", "2.5", "-1", "<", "5>"])
def test_count_refuses_what_is_no_count(text):
    with pytest.raises(ValueError):
        Count.parse(text)
