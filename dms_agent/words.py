"""Everything that the program says, in Vietnamese and in English; ``LANGUAGES`` names the columns."""

from collections.abc import Mapping
from typing import Any

from dms_agent.errors import AgentError

LANGUAGES = ("vi", "en")

TRIES: Mapping[str, tuple[str, str]] = {
    "full": ("", ""),
    "fewer": (
        "Thiết bị không cho biết còn mấy lần, chỉ cho biết đã có lần nhập sai; nhập sai thêm vài lần, thiết bị sẽ tự khóa.",
        "The token does not say how many tries are left, only that one was wrong; after a few more it locks itself.",
    ),
    "last": (
        "CHỈ CÒN MỘT LẦN NHẬP: nhập sai lần nữa, thiết bị sẽ bị khóa.",
        "ONLY ONE TRY IS LEFT: one more wrong PIN locks the token.",
    ),
    "none": ("Thiết bị đã bị khóa.", "The token is locked."),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    "pin_wrong": (
        "Mã PIN không đúng. Chưa văn bản nào được ký và chương trình không tự thử lại. {tries}",
        "The PIN is wrong. Nothing was signed, and the program does not try again by itself. {tries}",
    ),
    "pin_locked": (
        "Thiết bị “{token}” đã bị khóa vì nhập sai mã PIN nhiều lần. Hãy đề nghị đơn vị cấp thiết bị mở khóa.",
        "The token “{token}” is locked after too many wrong PINs. Ask those who issued it to unlock it.",
    ),
    "token_missing": (
        "Chưa thấy thiết bị ký số. Hãy cắm USB token vào máy tính này, đợi đèn sáng rồi ký lại.",
        "No token was found. Plug it into this computer, wait for its light, and sign again.",
    ),
    "token_removed": (
        "Thiết bị ký số đã bị rút ra hoặc mất kết nối. Chưa văn bản nào được ký. Hãy cắm lại và ký lại.",
        "The token was pulled out or lost its connection. Nothing was signed. Plug it in and sign again.",
    ),
    "certificate_missing": (
        "Thiết bị đang cắm không chứa chứng thư số đã đăng ký cho bạn (trên thiết bị có: {found}). Hãy cắm đúng thiết bị của bạn, hoặc đề nghị quản trị viên đăng ký chứng thư số này.",
        "The token holds no certificate that is registered for you (it holds: {found}). Plug in your own token, or ask the administrator to register this certificate.",
    ),
    "key_missing": (
        "Thiết bị có chứng thư số nhưng không tìm thấy khóa bí mật của nó. Hãy liên hệ đơn vị cấp thiết bị.",
        "The token holds the certificate but not its key. Ask those who issued it.",
    ),
    "key_mismatch": (
        "Khóa trên thiết bị không thuộc chứng thư số đã đăng ký, nên chữ ký bị bỏ đi. Hãy liên hệ đơn vị cấp thiết bị.",
        "The key on the token does not belong to the certificate, so the signature was thrown away. Ask those who issued it.",
    ),
    "token_refused": (
        "Thiết bị ký số từ chối thao tác ({reason}). Chưa văn bản nào được ký. Hãy rút ra, cắm lại rồi ký lại.",
        "The token refused ({reason}). Nothing was signed. Pull it out, plug it in and sign again.",
    ),
    "module_unusable": (
        "Không nạp được trình điều khiển PKCS#11 “{path}”. Hãy kiểm tra đường dẫn và cài trình điều khiển của nhà cung cấp.",
        "The PKCS#11 driver “{path}” cannot be loaded. Check the path, and install the driver of the token's maker.",
    ),
    "driver_crashed": (
        "Trình điều khiển của thiết bị đã dừng đột ngột. Chưa văn bản nào được ký. Hãy rút thiết bị, cắm lại rồi ký lại.",
        "The token's driver stopped suddenly. Nothing was signed. Pull the token out, plug it in and sign again.",
    ),
    "declined": ("Bạn đã từ chối ký; chưa văn bản nào được ký.", "You declined; nothing was signed."),
    "nobody_asked": (
        "Chương trình không hỏi được mã PIN: máy tính không có màn hình, cửa sổ dòng lệnh hay trình duyệt.",
        "The program could not ask for the PIN: there is no display, terminal or browser.",
    ),
    "busy": (
        "Chương trình đang hỏi bạn về một lần ký khác. Hãy hoàn tất hoặc từ chối lần ký đó trước.",
        "The program is asking you about another signature. Finish or decline that one first.",
    ),
    "request_unknown": ("Chương trình không biết yêu cầu ký này.", "The program does not know this request."),
    "request_spent": (
        "Yêu cầu ký này đã được dùng; mỗi yêu cầu chỉ dùng một lần. Hãy mở lại văn bản và ký từ đó.",
        "This request was used already; each is good for once. Open the document again and sign from there.",
    ),
    "request_expired": (
        "Yêu cầu ký đã hết hạn, hoặc đồng hồ của máy tính này chạy sai. Hãy kiểm tra giờ của máy rồi ký lại.",
        "The request has expired, or the clock of this computer is wrong. Check the time and sign again.",
    ),
    "request_forged": (
        "Yêu cầu ký không do hệ thống đã ghép nối gửi, hoặc đã bị sửa. Không ký. Hãy báo cho quản trị viên.",
        "The request is not by the paired service, or was altered. It was not signed. Tell the administrator.",
    ),
    "request_unreadable": (
        "Yêu cầu ký không đọc được. Có thể chương trình này đã cũ; hãy cài bản mới.",
        "The request cannot be read. This program may be too old; install the new one.",
    ),
    "request_not_for_page": (
        "Yêu cầu ký được chuyển từ một trang khác ({origin}) với trang nó được lập. Không ký.",
        "The request came from another page ({origin}) than the one it was made for. It was not signed.",
    ),
    "attributes_wrong": (
        "Dữ liệu cần ký không khớp với văn bản hoặc chứng thư số đã nêu. Không ký. Hãy báo cho quản trị viên.",
        "What is to be signed does not match the document or the certificate named. It was not signed. Tell the administrator.",
    ),
    "server_unknown": (
        "Chương trình chưa được ghép nối với hệ thống gửi yêu cầu này, hoặc hệ thống đã đổi khóa. Hãy chạy lại chương trình với tham số --pair-again.",
        "The program is not paired with the service that sent this, or the service changed its key. Start the program again with --pair-again.",
    ),
    "server_address": (
        "“{address}” không phải là địa chỉ dùng được: cần địa chỉ bắt đầu bằng https://.",
        "“{address}” is no usable address: it must begin with https://.",
    ),
    "server_unreachable": (
        "Không kết nối được với {address}. Hãy kiểm tra mạng và địa chỉ.",
        "{address} cannot be reached. Check the network and the address.",
    ),
    "server_unsuitable": (
        "{address} không có chức năng ký bằng USB token, hoặc tự xưng bằng địa chỉ khác. Hãy hỏi quản trị viên.",
        "{address} does not offer signing by token, or calls itself by another address. Ask the administrator.",
    ),
    "pairing_declined": (
        "Chưa ghép nối với {address}, vì dấu vân khóa không khớp. Hãy báo cho quản trị viên.",
        "Not paired with {address}, for the key is another one. Tell the administrator.",
    ),
    "pairing_unreadable": (
        "Không đọc được tệp ghép nối {path}. Hãy xóa tệp đó rồi ghép nối lại.",
        "The pairing file {path} cannot be read. Delete it and pair again.",
    ),
    "code_refused": (
        "Mã ký không đúng, đã dùng hoặc đã hết hạn. Hãy lấy mã mới trên trang ký.",
        "The signing code is wrong, used or expired. Take a new one from the signing page.",
    ),
    "port_taken": (
        "Cổng {port} đang có chương trình khác dùng. Có thể chương trình ký đã chạy sẵn; nếu không, hãy chọn cổng khác.",
        "Port {port} is taken. Perhaps this program runs already; if not, choose another port.",
    ),
    "answer_refused": (
        "Hệ thống không nhận chữ ký ({reason}). Hãy mở lại văn bản và ký từ đó.",
        "The service did not take the signature ({reason}). Open the document again and sign from there.",
    ),
}

TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Ký số bằng USB token", "Sign with your token"),
    "server": ("Hệ thống yêu cầu", "Asked by"),
    "signer": ("Người ký", "Signer"),
    "token": ("Thiết bị, chứng thư số", "Token, certificate"),
    "documents": ("Văn bản cần ký ({count})", "Documents to sign ({count})"),
    "document": ("{action}: {title} ({pages} trang)", "{action}: {title} (pages: {pages})"),
    "pin": ("Mã PIN của thiết bị", "PIN of the token"),
    "pin_prompt": ("Mã PIN (để trống rồi Enter: không ký): ", "PIN (leave empty and press Enter: do not sign): "),
    "pad_prompt": (
        "Gõ “ky” rồi Enter, sau đó nhập mã PIN trên bàn phím của thiết bị (để trống: không ký): ",
        "Type “ky” and Enter, then enter the PIN on the token's own pad (leave empty: do not sign): ",
    ),
    "pad": (
        "Bấm Ký, sau đó nhập mã PIN trên bàn phím của thiết bị.",
        "Press Sign, then enter the PIN on the token's pad.",
    ),
    "promise": (
        "Mã PIN chỉ dùng cho lần ký này, không lưu và không gửi đi đâu.",
        "The PIN is used for this once; it is not kept and goes nowhere.",
    ),
    "sign": ("Ký", "Sign"),
    "decline": ("Không ký", "Do not sign"),
    "handed_over": (
        "Đã nhận mã PIN. Kết quả hiện trên trang ký của hệ thống; có thể đóng trang này.",
        "The PIN was taken. The result stands on the service's page; this page can be closed.",
    ),
    "gone": ("Không ký. Có thể đóng trang này.", "Not signed. This page can be closed."),
    "paired": ("Hệ thống {address}. Dấu vân khóa: {fingerprint}", "Service {address}. Key: {fingerprint}"),
    "compare": (
        "Hãy so sánh dấu vân khóa với trang “Ký bằng USB token” của hệ thống; khác nhau thì dừng chương trình.",
        "Compare the key with the page “Signing by token” of the service; if they differ, stop the program.",
    ),
    "is_the_same": ("Dấu vân khóa có khớp không? (c/k) ", "Is it the same key? (y/n) "),
    "listening": (
        "Sẵn sàng ký cho {origins} (cổng {port}). Để cửa sổ này mở; Ctrl-C để dừng.",
        "Ready to sign for {origins} (port {port}). Leave this window open; Ctrl-C stops it.",
    ),
    "code": ("Mã ký trên trang web (Enter: thoát): ", "Signing code from the web page (Enter: quit): "),
    "signed": ("Đã ký {count} văn bản. Hãy quay lại trang ký.", "Signed: {count}. Go back to the signing page."),
    "nothing_found": ("Không thấy chứng thư số nào trên thiết bị đang cắm.", "No certificate on any token."),
    "written": ("Đã ghi chứng thư số vào {path}.", "The certificate was written to {path}."),
    "open_page": ("Nhập mã PIN tại: {address}", "Enter the PIN at: {address}"),
}


def text(name: str, language: str, **values: Any) -> str:
    """A text of the program's own screens."""
    return TEXTS[name][LANGUAGES.index(language)].format(**values)


def sentence(code: str, language: str, **params: Any) -> str:
    """Why something was not done, and what to do."""
    column = LANGUAGES.index(language)
    words = params | {"tries": TRIES[params["tries"]][column]} if "tries" in params else params
    return SENTENCES[code][column].format(**words).strip()


def sentence_of(error: AgentError, language: str) -> str:
    """The sentence of an error."""
    return sentence(error.code, language, **error.params)


def warning(tries: str, language: str) -> str:
    """What to say before the PIN is asked, if one was wrong lately."""
    return TRIES[tries][LANGUAGES.index(language)]
