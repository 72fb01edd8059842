"""Why the product can't start, in one sentence for the operator."""

import errno

from plugin_api.i18n import gettext as _


class StartupError(Exception):
    """The product can't start or go on here. `sentence` tells the operator why and what to do: print it, no trace."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def disk_sentence(fault: OSError, place: object) -> StartupError:
    """The sentence for a file operation that failed in `place`: full, not ours, or not usable."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return StartupError(_("Hết chỗ trên đĩa tại %(place)s: hãy giải phóng dung lượng rồi chạy lại.", place=place))
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StartupError(_("Không ghi được vào %(place)s: hãy chạy bằng tài khoản sở hữu thư mục này "
                              "hoặc chọn thư mục khác bằng --data.", place=place))
    return StartupError(_("Không dùng được %(place)s (%(reason)s): hãy chọn thư mục khác bằng --data.",
                          place=place, reason=fault.strerror))
