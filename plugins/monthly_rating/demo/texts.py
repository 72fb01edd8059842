"""The words of the demonstration year: what people of an invented district procuracy plan, do, miss and say."""

from typing import NamedTuple


class Work(NamedTuple):
    """A piece of work as a plan or a notice names it."""

    title: str
    level: str
    quantity: str
    guidance: str


PLANNED = (
    Work("Kiểm sát trực tiếp việc tạm giữ, tạm giam tại nhà tạm giữ", "Kết luận đúng hạn, có kiến nghị", "01 cuộc", ""),
    Work("Ban hành kiến nghị phòng ngừa vi phạm trong giải quyết án dân sự", "Được chấp nhận", "01 kiến nghị", ""),
    Work("Tổ chức phiên tòa rút kinh nghiệm", "Có biên bản rút kinh nghiệm", "01 phiên", ""),
    Work("Xây dựng chuyên đề nâng cao chất lượng kiểm sát tin báo về tội phạm", "Được thông qua", "01 chuyên đề", ""),
    Work("Kiểm sát trực tiếp công tác thi hành án tại xã", "Có kết luận bằng văn bản", "01 xã", ""),
    Work("Tập huấn kỹ năng số hóa hồ sơ vụ án", "Hoàn thành chương trình", "01 lớp", ""),
)
MONTHLY = (
    Work("Kiểm sát việc tiếp nhận, giải quyết tố giác, tin báo về tội phạm", "100 % tin báo đúng hạn", "Toàn bộ", ""),
    Work("Nghiên cứu hồ sơ, tham gia xét xử sơ thẩm án hình sự", "Không bị hủy, sửa do lỗi chủ quan", "03 vụ", ""),
    Work(
        "Kiểm sát bản án, quyết định dân sự, hôn nhân và gia đình",
        "Phát hiện kịp thời vi phạm",
        "100 % bản án",
        "Đối chiếu từng bản án với hồ sơ, ghi phiếu kiểm sát trong 3 ngày từ khi nhận.",
    ),
    Work("Tiếp công dân, xử lý đơn khiếu nại, tố cáo", "Không để đơn quá hạn", "04 buổi", ""),
    Work("Tổng hợp số liệu thống kê, báo cáo tháng", "Đúng hạn, không sai số liệu", "01 báo cáo", ""),
    Work(
        "Lập hồ sơ kiểm sát vụ án theo quy định",
        "Đủ bút lục, đúng trình tự",
        "03 hồ sơ",
        "Xem lại hướng dẫn sắp xếp hồ sơ; hỏi đồng chí phụ trách trước khi đóng tập.",
    ),
    Work("Số hóa hồ sơ và quản lý văn bản trên hệ thống", "Cập nhật trong ngày", "Toàn bộ", ""),
    Work("Kiểm sát thi hành án dân sự, án treo", "Đúng thời hạn luật định", "05 việc", ""),
)
RESULTS = (
    "Đã hoàn thành, hồ sơ lưu đầy đủ.",
    "Hoàn thành đúng yêu cầu, không có sai sót.",
    "Đạt 100 % chỉ tiêu, báo cáo đã gửi lãnh đạo.",
    "Hoàn thành; có 01 kiến nghị được chấp nhận.",
)
PROGRESS = ("Đã nghiên cứu xong hồ sơ, đang dự thảo.", "Đang phối hợp với Cơ quan điều tra.", "Đã làm được một nửa.")
COMMENTS = (
    "Chủ động trong công việc, chấp hành tốt giờ giấc; cần chia sẻ kinh nghiệm với đồng chí mới.",
    "Hoàn thành đủ nhiệm vụ được giao, hồ sơ lập cẩn thận.",
    "Có tinh thần trách nhiệm, phối hợp tốt với Tòa án; nên báo cáo tiến độ sớm hơn.",
    "Bám sát kế hoạch, xử lý công việc kịp thời.",
    "Nhiệt tình giúp đỡ đồng nghiệp; cần chú ý hơn đến chất lượng dự thảo văn bản.",
    "Nghiên cứu hồ sơ kỹ, phát biểu tại phiên tòa rõ ràng.",
)
FOR_THE_LATE = "Khối lượng việc nhiều nhưng cần sắp xếp thời gian hợp lý, không để trễ hạn như vừa qua."
OBJECTIVE = (
    "Cơ quan điều tra chuyển hồ sơ chậm so với thống nhất.",
    "Đôn đốc bằng văn bản ngay khi thấy có khả năng chậm.",
)
SUBJECTIVE = (
    "Chưa sắp xếp thời gian nghiên cứu, để dồn việc cuối tháng.",
    "Lập lịch theo tuần, báo cáo lãnh đạo khi thấy khó khăn.",
)
OWN_CASE = "Đơn vị chỉ có một lãnh đạo, chưa có ai khác được phân quyền."
CONCLUSION = (
    "Chi bộ thống nhất kết quả xếp loại như biên bản. Biểu dương các đồng chí hoàn thành tốt nhiệm vụ.\n"
    "Các đồng chí có nhiệm vụ trễ hạn nghiêm túc rút kinh nghiệm, khắc phục ngay trong tháng tới."
)
