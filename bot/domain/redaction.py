"""Masks what could tell who asked: names as people give them, addresses, numbers of phones, papers, rooms and seats.

Rules over words, in three languages: they know how people introduce themselves and others, not every name there is.
Whoever passes a masked text on still looks through it. A question keeps its sense: a trade, a country, a hall, an hour
or a date is nobody's.
"""

from __future__ import annotations

import re

from bot.domain.language import clean

MASK = "…"

# Names as they are written in Latin and Cyrillic letters: one to four capitalized words.
_UPPER, _LOWER = "А-ЯЁІҒҚҢӨҰҮҺӘҲҶӢӮЎ", "а-яёіғқңөұүһәҳҷӣӯў"
_CYRILLIC_WORD = rf"[{_UPPER}][{_LOWER}]+"
_CYRILLIC = rf"{_CYRILLIC_WORD}(?:[ -]{_CYRILLIC_WORD}){{0,3}}"
_LATIN = r"[A-Z][a-zÀ-ž'’]+(?:[ -](?:(?:al|bin|ibn|de|van|von|ogly|kyzy)[ -])?[A-Z][\wÀ-ž'’]+){0,3}"
_NAME = rf"(?:{_LATIN}|{_CYRILLIC})"
_PATRONYMIC = rf"[{_LOWER}]+(?:ович|евич|ьич|овн|евн|ичн)(?:[аеуы]|ем|ой)?\b"
# In small letters a second word is a surname when it sounds like one, or when the sentence pauses after it.
_SURNAME_TOO = (
    r"(?: \w+(?:(?:ов|ев|ин|ын)а?|ск(?:ий|ая)|енко|ян|(?:ov|ev|in)a?|sk(?:y|iy|aya)|enko|yan)\b| \w+(?=[,.;!?]|$))?"
)

# Capitalized words of other people's kinds, offices and places.
_DEMONYMS = (
    "Afghan|African|American|Arab|Armenian|Asian|Australian|Austrian|Azer|Bahrain|Bangla|Belarus|Belgian|Brazil|British|"
    "Burmese|Cambodian|Canadian|Catholic|Central|Chinese|Christian|Cuban|Czech|Dutch|Egypt|Emirati|English|European|"
    "French|Georgian|German|Hindu|Hungarian|Indian|Indonesian|Iran|Iraq|Israel|Italian|Japan|Jewish|Jordan|Kazakh|"
    "Korean|Kuwait|Kyrgyz|Lao|Malay|Maldiv|Mexic|Moldov|Mongol|Muslim|Nepal|Omani|Orthodox|Pakistan|Persian|Polish|"
    "Qatar|Romanian|Russian|Saudi|Serb|Singapor|Slovak|Spanish|Sri|Swedish|Swiss|Syrian|Tajik|Tatar|Thai|Turk|Ukrain|"
    "Uyghur|Uzbek|Vietnam|Yemen"
)
_OFFICES = (
    "A|An|Dr|Mr|Mrs|Ms|Prof|Ambassador|Chief|Consul|Counsellor|Deputy|Delegate|Director|First|From|Head|Here|In|Journalist|Manager|Media|"
    "Minister|Not|Press|Prime|Professor|Second|Secretary|Speaker|The|Third|Vice|Volunteer|With|"
    "Beijing|China|City|Day|Digital|Exhibition|Forum|Gate|Hall|Hotel|Main|Room|Route|Station|Sub|Tianjin"
)
_SOMEBODY = rf"(?!(?:{_DEMONYMS})|(?:{_OFFICES})\b){_LATIN}"
_SOMEBODY_RU = (
    rf"(?!В(?:ы|ас|ам|ами|аш\w*)\b|Министр|Посол|Глава|Председател|Замест|Директор|Делегат|Участни|Журналист|Представит|"
    rf"Руковод){_CYRILLIC}"
)

# Chinese names: a surname and one or two characters; some words begin like one and are a trade, a people, a place.
_HAN = "[㐀-鿿]"
_WORD_ENDS = f"(?!{_HAN})"
_NO_SURNAME = (
    "(?!程序|董事|韩国|黎族|严重|石油|唐山|莫斯|高[管工官级校层铁烧热血兴]|武[官汉]|白[族俄天酒]|任[何务]|何[人时]|万[一方]|江[苏西]|苏[州丹]|"
    "马[来上耳路]|金[融牌砖额]|方[案便]|黄[山河])"
)
_SURNAME = (
    f"{_NO_SURNAME}(?:欧阳|上官|司马|诸葛|夏侯|[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤])"
)
_CHINESE = f"{_SURNAME}{_HAN}{{1,2}}"
# Foreign names are spelled with few characters, and their parts are divided by a dot.
_DOTTED = f"{_HAN}{{1,8}}(?:[·•・]{_HAN}{{1,8}})+"
_SPELLED = (
    "[阿埃艾安奥巴贝比宾波布查达德迪蒂丁东多厄恩尔法菲费弗夫福戈格根古哈海赫侯胡霍基吉加贾杰捷金卡凯科克库拉莱兰劳勒雷里丽莉利"
    "列林琳隆卢鲁伦罗洛玛麦曼梅蒙米莫姆穆娜纳内尼妮宁努诺帕佩皮普奇钦琴切丘让热茹萨塞桑瑟莎沙舍什史斯丝苏索塔泰坦特汀图托"
    "瓦万威维韦温文沃乌西希夏谢欣辛休雅亚扬耶叶伊尤约扎泽詹兹祖佐]{2,12}(?<!斯坦)"
)
_NO_CALL = "(?![了不车辆网着过到出来去人您你他她它这那什啥救警否错写印打拼])"
_CALLED = f"(?:{_DOTTED}|{_CHINESE}|{_NAME}|{_NO_CALL}{_HAN}{{1,4}}{_WORD_ENDS})"

_NOT_CALLED = (
    "also|already|different|incorrect|in|listed|misspell?ed|misspelt|missing|not|on|printed|spell?ed|spelt|still|there|"
    "too|very|written|wrong"
)
_NOT_CALLED_RU = "в|во|на|за|к|ко|не|с|со|по|как|выступ\\w+|участв\\w+"
_UNITS = r"(?!\d|[:.,]\d|\s*(?:мин|час|мест|мм?\b|min|hour|seats|people|%))"
_TRANSPORT = "".join(f"(?i:(?<!{word} ))" for word in "рейс рейса поезд поезда автобус маршрут стенд".split())

_ADDRESSES_AND_NUMBERS = (
    r"https?://[^\s，。！？；）㐀-鿿]+|(?<![A-Za-z])t\.me/\w+",
    r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]+\.[A-Za-z.]+|(?<![A-Za-z0-9])@[A-Za-z0-9_]{4,}",
    r"(?P<kept>(?i:wechat(?: id)?|微信号?)(?:\s*(?:is|[:：是]))?\s*)(?=[\w-]*\d)[A-Za-z][\w-]{5,}",
    # Seven digits and more are a phone or a paper; years and dates are not.
    r"(?<![A-Za-z])[A-Z]{1,2}\s?\d{6,}",
    r"(?!(?:19|20)\d\d[-–/ ](?:(?:19|20)\d\d\b|\d\d?[-/ ]\d\d?\b))\+?(?<!\d)\d(?:[ ()\-]{0,2}\d){6,}",
    r"(?P<kept>(?i:passport|паспорт\w*|护照|身份证|证件|badge|бейдж\w*|胸卡)"
    r"(?i:\s*(?:number|no\.?|номер|号码?|[：:№#是])){0,3}\s*)[A-Za-zА-Яа-я]{0,4}[ -]?\d[\d ]{3,}",
    r"(?P<kept>(?i:born(?: on)?|родил(?:ся|ась)|рождения|出生(?:日期)?|生日)[\s:：是]*)"
    r"\d{1,4}(?:[-./年月]\d{1,4}){1,2}日?",
)
_ROOMS_AND_SEATS = (
    rf"(?P<kept>(?i:\b(?:room|комнат\w+|апартамент\w*)(?:\s*(?:number|no\.?|номер|is|[:№#]))*)\s*)\d{{2,4}}[A-Za-z]?\b{_UNITS}",
    # Three digits from 110 to 129 are the numbers one calls for help.
    rf"(?P<kept>{_TRANSPORT}(?i:\bномер\w*(?: комнаты| в гостинице| в отеле)?)[\s:№—–-]*)"
    rf"(?!1[12]\d\b)\d{{3,4}}\b{_UNITS}",
    r"\b\d{3,4}(?=(?:-?[йм])? номер[ае]?\b)",
    r"(?P<kept>(?:房间|房号|客房|住在?[㐀-鿿]{0,4})[号是为:：\s]*)\d{2,4}(?![\d:：.年月日点天晚个元])",
    r"(?<!\d)\d{3,4}(?=号?房)",
    r"(?P<kept>(?i:\bseat(?:\s*(?:number|no\.?|is|[:#№]))*|\bместо(?:\s*(?:номер|[:№—–-]))*)\s*)"
    rf"(?<![\d:])\d{{1,3}}[A-Za-zА-Яа-я]?\b{_UNITS}",
    r"\b\d{1,2}[A-K](?= seat\b)|\d{1,3}排\d{1,3}(?=[号座])",
    r"(?P<kept>座位号?[是为:：\s]*)[A-Za-z]?\d{1,3}[A-Za-z]?(?![\d个位人多排])",
)
_ENGLISH_NAMES = (
    r"(?P<kept>\b(?i:my name['’]s|(?:sur|(?:first|last|family|full) )name|(?:sur)?name(?: is|:| [—–-])|call me)\s+)"
    rf"{_NAME}",
    rf"(?P<kept>\b(?i:my name(?: is|['’]s)|menya zovut)\s+)(?!(?i:{_NOT_CALLED})\b)[^\W\d]+{_SURNAME_TOO}",
    rf"(?P<kept>\b(?:I['’]m|I am|[Ii]m)\s+){_SOMEBODY}",
    rf"(?P<kept>\b(?:[Tt]his is|[Ii]t(?: i|['’])s)\s+)(?=[A-Z]\S+ (?:[A-Z]|from|speaking|here|calling)){_SOMEBODY}",
    rf"\b(?=[A-Z]\S+ [A-Z]\S+ (?:here|speaking)\b){_SOMEBODY}",
    rf"(?P<kept>\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Madam)\b\.?\s+){_NAME}",
    rf"(?P<kept>\b(?i:colleague|delegate|wife|husband|son|daughter|friend|boss|assistant|regards|sincerely),?\s+){_SOMEBODY}",
)
_RUSSIAN_NAMES = (
    rf"(?P<kept>\b(?i:меня зовут|зовут меня|мо[её] имя|имя мо[её])[\s:—–-]*){_NAME}",
    rf"(?P<kept>\b(?i:меня зовут)\s+)(?!(?:{_NOT_CALLED_RU})\b)[{_LOWER}]+{_SURNAME_TOO}",
    rf"(?P<kept>\b(?i:фамили\w{{1,3}}|отчество|фио|на имя|имя)(?:\s+(?:это|моя))?[\s:—–-]*){_CYRILLIC}",
    rf"(?P<kept>\b[Яя]\s*[,—–-]?\s+){_SOMEBODY_RU}",
    rf"(?P<kept>\b[ЯяЭэ](?:то)?\s+)(?:[{_LOWER}]+ ){{1,2}}{_PATRONYMIC}",
    rf"(?P<kept>\b[Ээ]то\s+)(?={_CYRILLIC_WORD}(?: [{_UPPER}][{_LOWER}]| из | звонит| пишет|[.!]|$)){_SOMEBODY_RU}",
    r"(?P<kept>(?<!\w)(?i:г-н\w*|г-ж\w+|господин\w*|госпож\w+|товарищ\w*|мистер\w*|миссис|профессор\w*|проф\.|доктор\w*)\s+)"
    rf"{_NAME}",
    rf"(?P<kept>\b(?i:коллег\w+|делегат\w*|жен\w|муж\w*|сын\w*|доч\w+|помощник\w*|уважением),?\s+){_CYRILLIC}",
    rf"(?:{_CYRILLIC_WORD} ){{0,2}}[{_UPPER}]{_PATRONYMIC}(?: {_CYRILLIC_WORD})?",
    rf"{_CYRILLIC_WORD} [{_UPPER}]\.\s?[{_UPPER}]\.|[{_UPPER}]\.\s?[{_UPPER}]\.\s?{_CYRILLIC_WORD}",
)
_CHINESE_NAMES = (
    rf"(?P<kept>[我他她]叫|名叫|名字[是叫]|姓名[：:是为叫\s]+){_CALLED}",
    rf"(?P<kept>(?:我|这位)就?是(?:来自)?(?:[^\s，。！？、,.!?]{{0,10}}的)?)(?:{_DOTTED}|(?:{_CHINESE}|[老小]{_SURNAME}){_WORD_ENDS})",
    rf"(?P<kept>(?<![百老])姓){_SURNAME}(?:(?:[，,、 ]?名[叫字]?)?{_HAN}{{1,2}}{_WORD_ENDS})?",
    rf"(?P<kept>同事|助理|太太|妻子|丈夫|儿子|女儿|朋友|老板|秘书){_CHINESE}{_WORD_ENDS}",
    rf"(?:{_DOTTED}|{_SURNAME}{_HAN}{{0,2}}?)(?=先生|女士|小姐|太太|夫人|教授|博士|老师)|{_SPELLED}(?=先生|女士|小姐|太太|夫人)",
)
_RULES = tuple(
    re.compile(rule)
    for rules in (_ADDRESSES_AND_NUMBERS, _ROOMS_AND_SEATS, _ENGLISH_NAMES, _RUSSIAN_NAMES, _CHINESE_NAMES)
    for rule in rules
)


def redacted(text: str) -> str:
    """A text on one line, with a mask in place of what could tell who wrote it."""
    text = " ".join(clean(text).split())
    for rule in _RULES:
        text = rule.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    """The words that give a name stay; the name does not."""
    return match.groupdict().get("kept", "") + MASK
