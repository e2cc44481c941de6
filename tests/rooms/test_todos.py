from apps.core.lifecycle.enums import State
from apps.rooms import todos
from tests.factories.rooms import RoomFactory, handed_in


def test_county_is_told_how_many_rooms_wait(jiaxing):
    for _ in range(2):
        handed_in(jiaxing.school())
    handed_in(jiaxing.school("秀洲区"))
    lead = jiaxing.person("county_lead", jiaxing.county())

    found = [(todo.title, todo.count, todo.url) for todo in todos.to_confirm(lead)]

    assert found == [("队室待确认", 2, "/rooms/?state=submitted")]
    assert list(todos.to_register(lead)) == []


def test_school_is_told_what_to_do_next(jiaxing):
    school = jiaxing.school()
    counselor = jiaxing.person("school_counselor", school)

    def titles():
        return [todo.title for todo in todos.to_register(counselor)]

    assert titles() == ["登记本校队室"]
    room = RoomFactory(organization=school)
    assert titles() == ["完成本校队室登记"]
    type(room).objects.filter(pk=room.pk).update(state=State.SUBMITTED, submitted_by=counselor, submitted_at=room.created_at)
    assert titles() == []
    type(room).objects.filter(pk=room.pk).update(state=State.RETURNED)
    assert titles() == [f"{school.name}队室被退回"]
