"""The letter that lies in every exported bag: what is in it, and how to verify it without us."""

_TEXT = """\
HỒ SƠ KHEN THƯỞNG {code}
{unit}

Gói này theo chuẩn BagIt 1.0 (RFC 8493). Mỗi tệp giữ nguyên từng byte như khi được ký; không tệp nào bị gộp hay chuyển
đổi. Thư mục data/:
  papers/         văn bản của hồ sơ; bản hiện hành nằm ngay trong thư mục của văn bản, các phiên bản trước ở earlier/
  consolidation/  tờ trình tổng hợp
  appraisal/      tờ trình của cơ quan thẩm định
  decisions/      quyết định khen thưởng
  certificates/   Bằng khen, Giấy khen
  metadata/       dossier.json (toàn bộ dữ liệu), ho-so.xml (trường thông tin theo Phụ lục VI Nghị định 30/2020/NĐ-CP),
                  signatures.json (kết quả kiểm tra chữ ký số), premis.json (sự kiện bảo quản),
                  seal-manifest.json (bảng kê khi đóng hồ sơ)
  events/         lịch sử: mỗi sự kiện chứa mã băm của sự kiện trước

Kiểm tra, không cần hệ thống đã tạo ra gói này:
  1. Tệp còn nguyên vẹn:   sha256sum -c manifest-sha256.txt
  2. Lịch sử còn nguyên:   python3 verify_chain.py
  3. Chữ ký số:            mở tệp PDF bằng phần mềm kiểm tra chữ ký PAdES bất kỳ

------------------------------------------------------------------------------------------------------------------------

AWARD DOSSIER {code}

A BagIt 1.0 bag (RFC 8493). Every file has the very bytes that were signed; nothing was merged or converted. In data/:
papers, the coordinator's letter (consolidation), the appraiser's (appraisal), decisions and certificates; of each paper
the version in force lies on top and the others under earlier/. metadata/ describes them, events/ holds the history as
chains of SHA-256 hashes.

To verify without the service that wrote this:
  1. files:       sha256sum -c manifest-sha256.txt   (or any BagIt validator)
  2. history:     python3 verify_chain.py
  3. signatures:  open the PDFs in any validator of PAdES signatures
"""


def text(code: str, unit: str) -> str:
    """The README of a dossier's bag, Vietnamese first."""
    return _TEXT.format(code=code, unit=unit)
