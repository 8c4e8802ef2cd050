"""Words that carry no content of their own in a schedule question, in three languages."""

from __future__ import annotations

import re

# Whole phrases first: "tell me", «будьте добры», 请问.
PHRASES = re.compile(
    r"(?<![a-z])(?:tak(?:e|es|en|ing) place|tell me|tell us|let me know|(?:i'd|i would|would"
    r"|we'd) like to (?:know|see|hear|attend|join|visit)|i (?:want|need) to know"
    r"|i(?:'m| am) (?:wondering|looking for|interested in)|i wonder|(?:can|could|would"
    r"|will) you (?:please )?(?:tell|say|show|give|remind|list|send|check|let)(?: me| us)?(?: know)?"
    r"|do you (?:know|happen to know)|(?:does )?any(?:one|body) know|give me|show me|remind me|going on|what's up|is there|are there|any chance"
    r"|kick(?:s|ing)? off|excuse me|good (?:morning|afternoon|evening|day)(?=[,!. ])"
    r"|thank you|thanks|no idea|by the way|sort of|kind of|need to be|supposed to be|should (?:i|we) (?:be|go"
    r"|head)|do (?:i|we) (?:go|need to be|have to be)|(?:i|we) (?:should|can) (?:go|attend|visit|see|join|catch)"
    r"|can (?:i|we) (?:still )?(?:attend|visit|see|join|catch|go to|listen to|watch|expect)|(?:can|could"
    r"|may) (?:i|we) (?:please )?(?:have|get)|in store|lined up|on the cards|to attend|do (?:we|i) see|to go to"
    r"|to visit|to see|for delegates|for us|on offer"
    r"|have (?:a )?(?:look|plans)|(?:i|we)(?:'ve| have) got|as well)(?![a-z])"
    r"|(?<![а-я])(?:будьте (?:добры|любезны)|не (?:подскажете|скажете|могли бы|знаете|напомните)|если можно"
    r"|(?:хотел(?:а|и|ось)?|хочу|хотим) (?:бы )?(?:узнать|посетить|послушать|попасть|сходить|посмотреть|успеть)"
    r"|можно (?:ли )?(?:узнать|спросить|посмотреть|послушать|сходить|посетить|попасть)"
    r"|добр(?:ый|ое|ого) (?:день|утро|вечер|дня)(?=[,!. ])|у нас|для нас|для делегатов|имеет место|иметь в виду"
    r"|в программе|по программе|по расписанию|по плану|в расписании|по графику|в плане|из программы"
    r"|можете (?:подсказать|сказать|напомнить)"
    r"|могли бы (?:вы )?(?:подсказать|сказать)|дайте знать|(?<=куда )(?:мне |нам |всем )?(?:нужно|надо)"
    r"|(?<=где )(?:мне |нам |всем )?(?:нужно|надо)(?: быть)?|тему|на тему|по теме|темы|так далее)(?![а-я])"
    r"|(?:早上|上午|中午|下午|晚上)好(?!吃|玩)|请问一下|请问|麻烦问一下|麻烦(?:您|你)?|打扰一下|不好意思|(?:能不能|能否|可以|可否|能)?(?:请)?(?:您|你)?(?:告诉|说|发|查"
    r"|看|提醒|介绍)(?:一下)?(?:我|我们)(?:一下)?|我想(?:知道|问一下|问问|问|了解一下|了解|参加|听|去|看看|看)|想(?:知道|问一下|问问|问|参加|听|去看|去|了解)"
    r"|帮我(?:查一下|查查|查|看看|看一下|看)|跟我说一下|谢谢|你好|您好|给我|告诉我|能告诉我|查一下|说一下|有关|关于|方面|话题"
)

_EN = """
a an and any are as at be been being but by did do does doing done for from get got had has have having
he hello hey hi his hm i i'd if in into is isn't it it's its just know let list lot many may
me mine more much my o'clock of off oh ok okay on one ones only or our ours out please pls plz quick really
regarding about concerning so some sorry such sure tell than thanks that that's the their them then there there's these
they they're thing things this those till to too um uh up us very want wanna was we we'll we're were will with wondering
would you your yours
event events session sessions talk talks meeting meetings lecture lectures panel panels activity activities item items
presentation presentations speech happening happen happens happened going go goes gonna gone run runs running held hold
holding place scheduled schedule planned plan plans programmed programme program agenda timetable organised organized
due set expected on occurring occur attend attending join joining come comes coming catch here today's around
hall halls room rooms forum delegates delegate guys guess folks again exactly also actually precisely interesting
back last lasts lasting during whole day days time hour hours please gets listed list show worth lined ahead
exact next whats take us'll wait everybody everyone all confirm correct yeah dear bot assistant everything's busy kicks sort bit
"""
_RU = """
а без бы был была было были будет будут будем быть в вам вас во вот все всё всего всем вы да давай для до ее её если есть
еще же за здесь и из или им их к какой-то ко когда-то ли лишь мне меня мы на над нам нами нас наш наша наше ней
нем нему них но ну о об один одна одно он она они оно от очень по под подскажи подскажите скажи скажите пожалуйста плиз
пж покажи покажите напомни напомните расскажи расскажите дай дайте перечисли перечислите список при про просто ребят
ребята коллеги с сам само себе со спасибо так также такое там то тогда того тоже той только том тот тут ту ты у уж
хоть чтобы эта эти это этого этой этом этот эту я
мероприятие мероприятия мероприятий мероприятие мероприятием событие события событий заседание заседания заседаний
заседании сессия сессии сессий сессию доклад доклады докладов выступление выступления выступлений встреча встречи
встреч активность активности план планы планов пункт пункты пункта панель панели дискуссия дискуссии дискуссий лекция лекции
идет идут идти идем идёт шло проходит проходят пройдет пройдут проходить происходит происходят произойдет состоится
состоятся бывает ожидается ожидают ожидать намечено намечается намечена намечены намечен запланировано запланирована
запланирован запланированы планируется планируются предусмотрено предусмотрена назначено назначена назначен назначены
проводится проводятся проведут проводят проведение делается творится работает работают стартуют
длится длятся поставили прийти приходить подойти подходить собираемся собираются сбор
интересует интересно интересного интересное интересуют хочется узнать знает знаете знаешь точно именно примерно
пойти сходить попасть успею успеть посетить послушать зал зале зала залу залом залы залах комната комнате форум форуме
форума форумом делегатам делегатов участникам день дня дне дни дней час часа часов часы время времени
кстати короче ок окей эм мм ага типа верно правильно слушайте находится находятся находиться говорят что-нибудь какой нибудь либо привет здравствуйте здравствуй добрый
куда-нибудь будет-то вообще
"""
_ZH = """
请 问 的 了 吗 呢 啊 吧 呀 哦 嘛 哈 是 在 有 我们 咱们 你们 您们 他们 大家 我 你 您 咱 想 要 会 和 与 跟 及 或 还 都 就 也 又 再 才 去
到 从 往 把 被 给 对 于 为 以 这 那 这个 那个 这些 那些 哪 哪个 这里 那里 这边 那边 里 里面 内 上 下 中 时 时候 时间 场 个 项 节 次 轮 班 趟
一下 一 点 活动 会 会议 场次 内容 演讲 讲座 报告 讨论 发言 举行 举办 进行 召开 开会 安排 开展 设 排 排了 定 定在 计划 预定 进入 参加 出席 听 看 看看 知道 请教
告诉 说 讲 谈 聊 关于 有关 相关 方面 厅 会场 房间 代表 嘉宾 吃 能 可以 应该 需要 得 该 做 干 办 搞 弄 来 走 当天 那天 天 日 号 期间 正 正在 着 过 呢 嗯 哎 喂 那 么 们
发生 开 举行的 是不是 到底 究竟 大概 具体 一共 总共 分别 各 各个 各场 每 全部 所有 一些 某 好 亲 哈喽 谢谢 您好 你好 好像 地方 主题 设在 早上好 下午好 晚上好 其他 别的 论坛 大会 环节 日程 议程 节目 一场 有什么 没有 没 吗 集合 参会 持续 轮到 到了 用 位置 一样 的话 如果 那么 就是 要去 赶 赶得上
"""

BUSES = frozenset("bus buses coach coaches автобус автобусы автобуса автобусе автобусом 大巴 巴士 车 班车 大巴车 专车 条线 条 线"
                  " group группа группы".split())
"""Said of a visit they add nothing; said alone they may mean the shuttle."""
MODALS = frozenset("can could may find look served stay можно могу можем посмотреть зайти подойти 可以 能 可 能够 讲 供应"
                   " 办 做 用".split())
"""Next to "when" or "where" and the name of a session they ask no permission."""
EATING = frozenset("eat 吃".split())
SPEAKING = frozenset("discuss discussed discussing talk talked talking speak speaking рассказывают рассказывает расскажут"
                     " обсуждают обсуждается обсудят 讲 谈 聊".split())
"""Of a hall or a time they ask what is on there or then; of a session what it is about."""
COUNTS = frozenset("two three four five два две три четыре пять 两个 三个 四个 两场 三场 四场 个".split())
ENGLISH = frozenset(_EN.split())
RUSSIAN = frozenset(word.replace("ё", "е") for word in _RU.split())
CHINESE = frozenset(_ZH.split())
# 吃, 用, 办, 讲 and the like carry content; they must not vanish from what is left over.
_CHINESE_CONTENT = frozenset("吃 用 办 讲 谈 聊 做 干 搞 弄 能 可以 应该 需要 好 多 该 得 给 对 为 把 被 赶 日 定 设".split())
_HAN_WORD = re.compile("|".join(sorted((re.escape(word) for word in CHINESE - _CHINESE_CONTENT), key=len, reverse=True)))


def is_common(word: str) -> bool:
    """Whether an English or Russian word carries no content in a schedule question."""
    return word in ENGLISH or word in RUSSIAN


def han_content(text: str) -> list[str]:
    """What is left of a Chinese stretch without its common words."""
    return [piece for piece in _HAN_WORD.sub(" ", text).split() if piece]
