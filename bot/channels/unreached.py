"""Why a server could not be reached, in words that say where an operator looks first. Knows no platform."""

from __future__ import annotations

import aiohttp


def why_unreached(error: Exception) -> str:
    """`error` is what aiohttp raises before a request has left us."""
    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return "chứng chỉ của máy chủ không đáng tin; hãy xem giờ của máy, tường lửa và ai đứng giữa đường"
        case aiohttp.ClientConnectorDNSError():
            return "không tra được tên máy chủ; hãy xem DNS và đường mạng"
        case aiohttp.ConnectionTimeoutError():
            return "máy chủ không đáp; hãy xem đường mạng và tường lửa"
        case aiohttp.InvalidURL():
            return "địa chỉ máy chủ không đọc được; hãy xem thiết lập api_url"
        case _:
            return "máy chủ từ chối kết nối; hãy xem đường mạng"
