"""The meeting: its screen and its operations."""

from monthly_rating.common.forms import PaperQuery
from monthly_rating.common.paths import CYCLE
from monthly_rating.meetings.actions import close_meeting, comment, open_meeting, save_minutes, take_attendance
from monthly_rating.meetings.forms import AttendanceList, CommentText, MeetingCall, MinutesText
from monthly_rating.meetings.pages import meeting_page, minutes_paper
from monthly_rating.permissions import Permission as P
from plugin_api.endpoints import Action, Endpoint, View
from plugin_api.i18n import mark as _

# One declaration per paragraph reads as the table it is.
# fmt: off
ENDPOINTS: list[Endpoint] = [
    View(name="monthly_rating.meeting", path=f"{CYCLE}/meeting", permission=P.MODULE_OPEN,
         load=meeting_page, template="monthly_rating/meetings/meeting.html"),
    View(name="monthly_rating.minutes.paper", path=f"{CYCLE}/minutes/paper", permission=P.MODULE_OPEN,
         load=minutes_paper, query=PaperQuery),
    Action(name="monthly_rating.meeting.open", path=f"{CYCLE}/meeting/open", permission=P.MEETING_HOLD,
           run=open_meeting, data=MeetingCall, then="monthly_rating.meeting", done=_("Đã mở cuộc họp.")),
    Action(name="monthly_rating.attendance.take", path=f"{CYCLE}/attendance", permission=P.ATTENDANCE_WRITE,
           run=take_attendance, data=AttendanceList, then="monthly_rating.meeting#attendance",
           done=_("Đã điểm danh.")),
    Action(name="monthly_rating.comment.add", path=f"{CYCLE}/comments", permission=P.MODULE_OPEN, run=comment,
           data=CommentText, then="monthly_rating.meeting#person-{person_id}", done=_("Đã ghi ý kiến.")),
    Action(name="monthly_rating.minutes.save", path=f"{CYCLE}/minutes/save", permission=P.MINUTES_WRITE,
           run=save_minutes, data=MinutesText, then="monthly_rating.meeting#minutes",
           done=_("Đã lưu kết luận.")),
    Action(name="monthly_rating.meeting.close", path=f"{CYCLE}/meeting/close", permission=P.MEETING_HOLD,
           run=close_meeting, data=MinutesText, then="monthly_rating.meeting",
           done=_("Đã kết thúc cuộc họp.")),
]
# fmt: on
