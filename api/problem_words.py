"""The words of problems on the web, in both languages; what has no words of its own falls back on these."""

from __future__ import annotations

from typing import Final, NamedTuple

from gis import errors
from gis.words import Words


class Told(NamedTuple):
    """What is said of a status: in short, and in a sentence."""

    title: Words
    detail: Words


STATUSES: Final[dict[int, Told]] = {
    400: Told(
        Words("请求无法理解", "The request is not understood"),
        Words("请求的格式不正确", "the request is not in order"),
    ),
    401: Told(
        Words("令牌无效", "The token is not valid"),
        Words(
            "此请求需要有效的令牌: Authorization: Bearer TOKEN; 所给令牌错误, 已过期或已撤销, 或未给令牌",
            "this needs a valid token, as Authorization: Bearer TOKEN; there was none, or it is wrong,"
            " expired or revoked",
        ),
    ),
    403: Told(
        Words("没有权限", "This is not allowed"),
        Words("您的访问层级看不到此内容", "your tier may not see this"),
    ),
    404: Told(
        Words("没有找到", "There is no such thing"),
        Words("此地址没有内容", "nothing is at this address"),
    ),
    405: Told(
        Words("方法不可用", "The method is not allowed"),
        Words("此地址不支持该请求方法", "this address does not know the method of the request"),
    ),
    406: Told(
        Words("没有所要的格式", "There is no such format"),
        Words("此内容没有所要求的格式", "this is not there in the format that is asked for"),
    ),
    408: Told(
        Words("请求过慢", "The request came too slowly"),
        Words("请求内容未能及时到达", "the body of the request did not arrive in time"),
    ),
    409: Told(
        Words("状态冲突", "Something stands against this"),
        Words("与当前状态冲突", "the present state does not allow this"),
    ),
    413: Told(
        Words("请求内容过大", "The body is too large"),
        Words("请求内容超出上限", "the body of the request is larger than allowed"),
    ),
    414: Told(
        Words("地址过长", "The address is too long"),
        Words("路径和查询超出上限", "path and query are longer than allowed"),
    ),
    415: Told(
        Words("内容格式不支持", "The body is of the wrong type"),
        Words(
            "请求内容须为未压缩的 JSON (Content-Type: application/json)",
            "the body has to be JSON (Content-Type: application/json), not compressed",
        ),
    ),
    422: Told(
        Words("输入不可用", "The input cannot be used"),
        Words("有些值不符合要求", "some values are not in order"),
    ),
    429: Told(
        Words("请求过于频繁", "Too many requests"),
        Words("请在 Retry-After 所示秒数后重试", "ask again after the seconds of Retry-After"),
    ),
    431: Told(
        Words("请求头过大", "The header is too large"),
        Words("请求头超出上限", "the header fields of the request are larger than allowed"),
    ),
    500: Told(
        Words("内部错误", "Something went wrong inside"),
        Words(
            "本次请求没有完成，出错经过已记录；请稍后重试，仍不成功时请将请求编号（request_id）告知运维人员",
            "the request was not carried out, and the fault is recorded; try again, and if it fails again,"
            " tell whoever runs the service the id of the request (request_id)",
        ),
    ),
    503: Told(
        Words("暂时无法服务", "The service is not available now"),
        Words("数据库暂时不可用, 请稍后重试", "the database does not answer now; ask again in a moment"),
    ),
    507: Told(
        Words("存储空间不足", "There is no room on the disk"),
        Words(
            "服务器磁盘已满, 已记录, 请稍后重试",
            "the disk of the service is full, and that is recorded; ask again later",
        ),
    ),
}

TOO_SLOW: Final = Words(
    "数据库未能及时答复, 查询已终止, 请稍后重试",
    "the database did not answer in time, and the query was ended; ask again in a moment",
)
"""What is said where a statement, or the lock it waits for, takes longer than a request may."""

QUEUE_FULL: Final = Words(
    "任务队列已满, 或此令牌未完成的任务已达上限; 请待其中之一结束后再提交",
    "the queue of jobs is full, or the token has as many jobs under way as it may; ask when one has ended",
)
"""Why a job is not taken."""

FULL: Final = Words("正在制作其他文件，请稍后再试", "other files are being made; ask again soon")
"""Why a file is not made now."""

NOT_DRAWN: Final = Words(
    "绘制进程意外中止，未能生成文件；请稍后重试",
    "the process that draws ended before the file was made; ask again in a moment",
)
"""Why a file was not made."""

LOST: Final = Told(
    Words("任务中断", "The job was interrupted"),
    Words(
        "执行此任务的进程两次意外结束, 没有得出结果, 也没有保存任何内容; 请重新提交",
        "the process that worked on it died twice; there is no answer and nothing was stored: ask again",
    ),
)
"""What became of a job whose process died each time."""

TITLES: Final[dict[type[errors.KaimenError], str]] = {
    errors.KaimenError: "无法完成",
    errors.InputError: "输入不可用",
    errors.CrsError: "坐标系不可用",
    errors.TextEncodingError: "文本编码无法识别",
    errors.SourceError: "文件无法读取",
    errors.MappingError: "字段与图层不符",
    errors.UnitError: "数值缺少单位",
    errors.CalendarError: "工作日无法推算",
    errors.FactsError: "事实不可用",
    errors.PolicyError: "政策文件不可用",
    errors.ClusterError: "数据库暂时不可用",
    errors.DatabaseError: "数据库暂时不可用",
    errors.MissingDataError: "数据尚未入库",
    errors.StorageError: "存储空间不足",
    errors.ConflictError: "状态冲突",
    errors.CapacityError: "可开放容量不允许",
    errors.PublicationError: "该期次不能发布",
}
"""Chinese title of each kind of error; the English one stands in its class."""

FAULTS: Final[dict[str, Words]] = {
    "missing": Words("缺少此项", "is missing"),
    "cannot_be_used": Words("{zh}", "{en}"),  # what the reader of a box or a cursor says
    "extra_forbidden": Words("没有此项", "is not known"),
    "json_invalid": Words("不是有效的 JSON", "is no valid JSON"),
    "int_parsing": Words("须为整数", "has to be a whole number"),
    "int_parsing_size": Words("数值过大", "is too large a number"),
    "int_type": Words("须为整数", "has to be a whole number"),
    "int_from_float": Words("须为整数", "has to be a whole number"),
    "float_parsing": Words("须为数值", "has to be a number"),
    "float_type": Words("须为数值", "has to be a number"),
    "finite_number": Words("须为有限数值", "has to be a finite number"),
    "bool_parsing": Words("须为 true 或 false", "has to be true or false"),
    "bool_type": Words("须为 true 或 false", "has to be true or false"),
    "string_type": Words("须为文本", "has to be text"),
    "string_too_short": Words("至少 {min_length} 个字符", "has to have at least {min_length} characters"),
    "string_too_long": Words("至多 {max_length} 个字符", "has to have at most {max_length} characters"),
    "string_pattern_mismatch": Words("格式须符合 {pattern}", "has to be of the form {pattern}"),
    "literal_error": Words("须为 {expected} 之一", "has to be one of {expected}"),
    "enum": Words("须为 {expected} 之一", "has to be one of {expected}"),
    "greater_than": Words("须大于 {gt}", "has to be more than {gt}"),
    "greater_than_equal": Words("须不小于 {ge}", "has to be at least {ge}"),
    "less_than": Words("须小于 {lt}", "has to be less than {lt}"),
    "less_than_equal": Words("须不大于 {le}", "has to be at most {le}"),
    "too_short": Words("至少 {min_length} 项", "has to have at least {min_length} items"),
    "too_long": Words("至多 {max_length} 项", "has to have at most {max_length} items"),
    "list_type": Words("须为数组", "has to be an array"),
    "tuple_type": Words("须为数组", "has to be an array"),
    "dict_type": Words("须为对象", "has to be an object"),
    "model_type": Words("须为对象", "has to be an object"),
    "model_attributes_type": Words("须为对象", "has to be an object"),
    "union_tag_invalid": Words("类型须为 {expected_tags} 之一", "has to be of a type out of {expected_tags}"),
    "union_tag_not_found": Words("缺少类型", "does not say its type"),
    "date_type": Words("须为日期 YYYY-MM-DD", "has to be a date, YYYY-MM-DD"),
    "date_parsing": Words("须为日期 YYYY-MM-DD", "has to be a date, YYYY-MM-DD"),
    "date_from_datetime_parsing": Words("须为日期 YYYY-MM-DD", "has to be a date, YYYY-MM-DD"),
    "date_from_datetime_inexact": Words("须为日期 YYYY-MM-DD", "has to be a date, YYYY-MM-DD"),
}
"""Words for a fault of validation, by pydantic's name of it, with pydantic's values in braces."""

ANY_FAULT: Final = Words("不符合要求", "is not in order")
"""Words for a fault that has none of its own."""

PLACES: Final[dict[str, Words]] = {
    "path": Words("路径", "path"),
    "query": Words("查询", "query"),
    "header": Words("请求头", "header"),
    "cookie": Words("Cookie", "cookie"),
    "body": Words("请求内容", "body"),
}
"""Where a value stood in the request."""


def no_screening(run: str | None) -> Words:
    """Return what is said where a screening, or with None the newest one, is not stored."""
    if run is None:
        return Words("还没有筛查：运行 kaimen screen", "no screening is stored yet: kaimen screen makes one")
    return Words(f"没有筛查 {run!r}", f"there is no screening {run!r}")
