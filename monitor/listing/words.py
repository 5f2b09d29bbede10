"""The words by which pages say what a block or a link is, in the languages of news sites.

Tables only: whoever reads a page decides what a word proves.  Names of classes are English words
wherever sites are made; printed labels are not.
"""

from __future__ import annotations

import re


def these(written: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(written.split())


# --- class and id names: one word of a name, or two that stand together --------------------------

ZONES = {
    word: zone
    for zone, words in (
        ("navigation", "nav navbar navigation menu submenu megamenu offcanvas breadcrumb"),
        ("navigation", "breadcrumbs masthead topbar toolbar langswitcher"),
        ("footer", "footer colophon impressum"),
        ("sidebar", "sidebar aside rightrail"),
        ("pagination", "pagination pager paging paginator"),
        ("share links", "share sharing social socials"),
        ("comments", "comments commentlist disqus"),
        ("tags", "tagcloud tags taglist keywords"),
        ("most read", "mostread mostviewed mostpopular trending popular toplist rank ranking"),
        (
            "most read",
            "meistgelesen meistgelesene beliebt populaires populares popolari leidas lidas",
        ),
        ("related", "related recommended recommendation recommendations recirc readnext"),
        ("sponsored", "sponsored sponsor advert adverts advertisement advertorial ads ad promoted"),
        ("sponsored", "outbrain taboola partners partnercontent adsense"),
        ("newsletter", "newsletter newsletters subscribe"),
        ("podcasts", "podcast podcasts"),
        ("consent", "cookie cookies consent gdpr modal popup"),
    )
    for word in words.split()
}
ZONE_PAIRS = {
    pair: zone
    for zone, pairs in (
        ("navigation", "site-header global-header top-header header-bar"),
        ("navigation", "top-bar quick-links quick-menu hot-topics"),
        ("sidebar", "side-bar right-rail side-column right-column left-column secondary-column"),
        ("tags", "tag-cloud tag-list post-tags"),
        ("most read", "most-read most-viewed most-popular most-shared most-commented"),
        ("most read", "top-read plus-lus mas-leidas mas-leidos mas-vistas mais-lidas piu-letti"),
        ("most read", "piu-lette meist-gelesen meest-gelezen mest-last"),
        ("related", "read-next also-read see-also"),
        ("sponsored", "paid-content partner-content native-ad from-partners paid-post"),
        ("newsletter", "sign-up"),
    )
    for pair in pairs.split()
}
# A name that begins so tells of a state, or of the one article that it stands on.
STATES = these("has no not without with is js tag category type format status postid hentry")
# Words that tell the pieces of an entry; the only ones that a shape may hold.
TITLE_WORDS = these(
    "title headline heading hed head titre titulo titular titolo titel tytul ttl subject"
)
KICKER_WORDS = these(
    "kicker label category cat badge eyebrow overline section topic tag tags flag date time meta"
    " icon hidden sr count duration byline author timestamp pubdate published number num rank"
    " comments comment type reader screenreader reading dachzeile spitzmarke"
)
DATE_WORDS = these(
    "date time timestamp datetime published pubdate posted updated ago when datum fecha data"
    " dateline day"
)
BYLINE_WORDS = these("byline author authors writer autor auteur autore")
LAYOUT = TITLE_WORDS | these(
    "card item post story stories news article articles teaser entry list link lead hero main top"
    " river feed grid row col column block box content body text summary excerpt media latest"
    " feature featured section promo tile module container wrapper inner archive result"
)

# --- segments of addresses ------------------------------------------------------------------------

# Under which vacancies stand, and answers to customers; none that is a newspaper's section as well.
SERVICES = these(
    "jobs job job-board jobboard vacancies vacancy vacatures stellenangebote stellenmarkt"
    " offres-emploi ledige-stillinger help help-center help-centre helpcenter hc support"
    " customer-service customer-support knowledge-base knowledgebase kb faq faqs hilfe"
    " kundenservice service-center ayuda"
)

# --- printed labels ------------------------------------------------------------------------------


def _phrases(*written: str) -> re.Pattern[str]:
    return re.compile("|".join(written), re.IGNORECASE)


LABELS = {
    "most read": _phrases(
        r"\bmost[ -](read|viewed|popular|shared|commented|watched|discussed|clicked|seen)\b",
        r"\b(talked|asked)[ -]about$", r"^what.s popular",
        r"^(the )?(top|best)[ -]read\b", r"^trending( \w+){0,3}$", r"^popular( \w+){0,3}$",
        r"\bmost popular$",
        r"^what.s (hot|trending)", r"^now trending",
        r"^(now )?(hot|buzzing|viral)( (now|right now|news|stories))?$",
        r"\b(readers|people|everyone|others|you)( a|.)re (reading|watching|talking)",
        r"\bpeople also read",
        r"^reader.? ?s?.? (choice|favou?rites|picks)", r"^(top|hot) (ten|five|\d+)\b",
        r"^(best|top|popular) (of|in|this) (the )?(week|month|today)",
        r"meist(gelesen|geklickt|gesehen|kommentiert)", r"^meist gelesen", r"^beliebt",
        r"más (leíd|vist|popular|comentad)", r"mas (leid|vist)[oa]s",
        r"^les (plus|\+) (lus|vus|comm)",
        r"^le plus lu", r"^populaires?\b", r"mais (lid|vist|popular|acessad)[oa]?", r"^em alta$",
        r"pi[ùu] (lett|vist|popolar)[ie]?", r"meest (gelezen|bekeken|populair)",
        r"mest (läst|lest|læst)",
        r"najczęściej czytane", r"najpopularniejsze", r"^popularne", r"nejčtenější", r"luetuimmat",
        r"legolvasottabb", r"cele mai citite", r"δημοφιλ",
        r"самое (читаемое|популярное|обсуждаемое)",
        r"^популярн", r"найпопулярніш", r"най-четени", r"(ال)?[أا]كثر (قراءة|مشاهدة|تفاعل|شيوع)",
        r"پربازدید", r"پربیننده", r"הנקרא(ות|ים)? ביותר", r"הכי (נקרא|נצפ)",
        r"çok (okunan|izlenen)",
        r"terpopuler", r"^(đọc|xem) nhiều", r"nhiều nhất",
        r"热门|熱門|排行|热榜|熱榜|热搜|熱搜|最热|热文|最多人",
        r"ランキング|よく読まれ|人気(の)?記事|アクセス数", r"많이 본|인기(뉴스| 기사|기사)?$|랭킹",
        r"ยอดนิยม|อ่านมากที่สุด|ข่าวฮิต", r"सबसे (ज्यादा|अधिक) पढ़|लोकप्रिय|ट्रेंडिंग",
    ),
    "related": _phrases(
        r"^related\b", r"^recommended\b", r"^you (may|might) (also )?like",
        r"^(read|see) (also|next)\b", r"^more (for|from) you", r"^don.t miss$", r"^for you$",
        r"^auch interessant", r"^mehr zum thema", r"^(das )?könnte (sie|dich)", r"^lesen sie auch",
        r"^à lire (aussi|également)", r"^sur le même (sujet|thème)", r"^también te puede",
        r"^(te )?puede interesar", r"^(noticias )?relacionad[oa]s", r"^leia (também|mais)",
        r"^leggi anche", r"^lees ook", r"^(читайте|смотрите) также", r"^по теме", r"^читайте також",
        r"^اقر[أا] أيضا", r"ذات صلة", r"مرتبط", r"^ilgili haber", r"^baca juga",
        r"^相关|^相關|^推荐|^推薦",
        r"関連|おすすめ", r"관련 ?(기사|뉴스)|추천", r"^(यह|ये) भी (पढ़|देख)", r"ข่าวที่เกี่ยวข้อง",
    ),
    "sponsored": _phrases(
        r"^(sponsored|promoted|advert(isement|orial)?s?|paid|partners?|branded|presented"
        r"|supported|brought to you)"
        r"( (by|for|from|with) .*| (content|posts?|features?|articles?|links?|stories|partners?"
        r"|message|post by .*))?$",
        r"^in (association|partnership) with\b", r"^ads?$",
        r"^(from|by) (our|the) (partners?|sponsors?)", r"^around the web",
        r"^brand ?(voice|studio)",
         r"^anzeigen?\b", r"^werbung$", r"^gesponsert",
        r"^publicidad", r"^patrocinad", r"^contenido patrocinado", r"^publicité", r"^sponsorisé",
        r"^publicidade", r"^pubblicità", r"^sponsorizzat", r"^advertentie", r"^annons", r"^annonse",
        r"^reklam", r"^реклама", r"^партн[её]р", r"^إعلان", r"^برعاية", r"^广告|^廣告|^赞助|推广$",
        r"^(PR|AD|スポンサー|広告)$", r"^광고", r"^ad choices",
    ),
    "picks": _phrases(
        r"^(the )?(editor|reader)s?.?s?.? (picks?|choices?|selection)", r"^(our|top|staff) picks$",
        r"^empfehlungen? der redaktion", r"^(le|la) (choix|sélection) de la rédaction",
        r"^selección (del editor|de la redacción)", r"^выбор редак",
        r"编辑推荐|小编推荐|編集部のおすすめ",
    ),
    "press releases": _phrases(
        r"^press releases?$", r"^pressemitteilungen$", r"^(from )?business ?wire$", r"^pr news",
    ),
    "newsletter": _phrases(r"^(our |daily |free )?newsletters?\b", r"^sign up\b", r"^boletín",
    r"^briefings$"),
    "podcasts": _phrases(
        r"^(latest |our |new |top )?(podcasts?|audio)\b", r"^listen( now)?$", r"podcasts$",
        r"播客|ポッドキャスト",
        r"بودكاست", r"^подкаст", r"^(web|visual|photo) stor(y|ies)$", r"वेब स्टोरी",
    ),
    "tags": _phrases(
        r"^(popular |hot |trending )?(tags|topics|keywords)\b", r"^tag cloud", r"^themen$",
        r"^temas$",
        r"^schlagwort",
    ),
    "services": _phrases(
        r"^(events|jobs|services|quick links|useful links|links|archives?|categories|sections)$",
        r"^(upcoming |next )?events\b", r"^what.s on (tonight|today|tv)\b",
        r"^tv (guide|tonight|today)\b",
        r"^(termine|veranstaltungen|tv-programm|agenda|calendar|kalender)\b",
        r"^(follow|contact) us", r"^blogroll", r"^(recent|latest) comments", r"^opening hours",
    ),
}  # fmt: skip
LONGEST_LABEL = 40  # characters

# Marks that some pages set before a headline, in the same line.
BADGES = re.compile(
    r"live|plus|\+|abo|abo\+|premium|exclusive?|exklusiv|breaking|updated?|new|neu|video|photos?"
    r"|audio"
    r"|analysis|opinion|watch|listen|ao vivo|en vivo|en direct|direct|esclusiva?|urgent|eilmeldung"
    r"|срочно|эксклюзив|عاجل|فيديو|مباشر|独家|獨家|速報|動画|有料|속보|단독",
    re.IGNORECASE,
)
# A link's words that are no headline.
GENERIC = re.compile(
    r"(?:(?:continue|keep) reading|(?:see|view|show|browse|explore|discover) (?:all|more) .{1,40}"
    r"|go to .{1,40}|(?:read|learn|view|see|show|load|find out|full|get)"
    r" (?:more|all|on|the (?:full|rest|article|story).*|full.*|story|article|details|it)"
    r"|more|more (?:from|in|on|about) .{1,40}|all (?:news|stories|articles|posts)|details|article"
    r"|(?:read|view|see|open|listen to|download) (?:the |this |our |full )*(?:news |press |media )?"
    r"(?:release|statement|report|post|interview|entry|item|update)|story|here"
    r"|click here.*|link|permalink|photos?|video|watch(?: (?:now|video|more))?|listen(?: now)?"
    r"|gallery|live"
    r"|share(?: (?:this|on .*))?|tweet|print|e-?mail|save|reply|edit|leave a (?:comment|reply)"
    r"|\(?\d*\)? ?(?:comments?|kommentare?|commentaires?|comentarios?|replies|views|shares|likes)"
    r"(?: ?[:(]? ?\d+\)?)?|no comments|comment on .*|next|previous|older|newer|back|top|home"
    r"|(?:jetzt |hier )?(?:weiter ?lesen|mehr(?: (?:lesen|erfahren|dazu|zu .*))?|zum artikel"
    r"|artikel lesen|lesen)"
    r"|(?:lire|voir|en savoir) (?:la suite|plus|l.article|tout)|suite|plus|(?:leer|ver"
    r"|saber) (?:más|mas|todo)"
    r"|seguir leyendo|sigue leyendo|más|(?:leia|ler|ver|saiba) mais|continu[ae]r?(?: (?:lendo"
    r"|a leggere))?"
    r"|(?:leggi|continua)(?: (?:tutto|di più|a leggere|l.articolo))?|lees (?:meer|verder)|meer"
    r"|czytaj (?:więcej|dalej)|więcej|číst (?:dále|více)|läs mer|les mer|læs mere|lue lisää"
    r"|(?:читать )?(?:далее|полностью|дальше|подробнее|ещё|еще)|докладніше|читати далі"
    r"|devamı(?:nı oku)?"
    r"|(?:اقرأ|قراءة|عرض|شاهد) ?(?:المزيد|أكثر|الكل)|المزيد|التفاصيل|ادامه(?: مطلب)?|קרא עוד"
    r"|המשך(?: קריאה)?|עוד"
    r"|selengkapnya|baca (?:selengkapnya|lagi)|xem (?:thêm|tiếp|chi tiết)|อ่านต่อ|อ่านเพิ่มเติม"
    r"|ดูทั้งหมด"
    r"|更多|更多.{0,6}|查看(?:更多|详情|全文)?|阅读(?:更多|全文)|閱讀(?:更多|全文)|全文|详细|詳細"
    r"|详情"
    r"|(?:続き|もっと)(?:を?(?:読む|見る))|続きを読む|もっと見る|一覧(?:へ|を見る)?|더 ?보기"
    r"|자세히(?: 보기)?|전체 ?보기"
    r"|और पढ़ें|आगे पढ़ें)[\s.…›»→>:!?-]*",
    re.IGNORECASE,
)
# What is said before a headline where it is only spoken, in `aria-label` or `title`.
SPOKEN = re.compile(
    r"^(?:(?:continue|keep) reading|(?:read|view|open|see|go to|link to|visit|watch|play|listen to)"
    r"(?: (?:more|full|the|this|article|story|post|video|page))*(?: (?:about|on|of))?"
    r"|(?:full |news )?(?:article|story|post)|permalink(?: to)?|permanent link to"
    r"|enlace permanente a"
    r"|weiterlesen|lire la suite(?: de)?|leer más(?: sobre)?)\s*[:–—-]\s+"
    r"|^(?:permalink|permanent link|link) to:? |^(?:read|continue reading|weiterlesen"
    r"|read more about):? (?=[\"“«„])",
    re.IGNORECASE,
)
NOT_FOUND = re.compile(
    r"page (?:can.?t be|cannot be|could not be|was not|is not|isn.t|not) (?:found|available)"
    r"|page (?:no longer|does ?n.t|does not) exists?|(?:error|http|code|status)[ :-]*(?:404|410"
    r"|403|500|503)\b"
    r"|\b404[ :-]*(?:error|not found|page)|^\W*404\W*$|^(?:404|not found|nothing found"
    r"|access denied|forbidden)$"
    r"|seite (?:wurde )?(?:leider )?nicht gefunden|page (?:introuvable|non trouvée)"
    r"|\bpage (?:[^.!?»]{0,60} )?n.existe (?:pas|plus)"
    r"|página no (?:encontrada|existe|disponible)|no (?:se )?(?:ha )?encontr(?:ó|ado"
    r"|amos) la página"
    r"|página não (?:encontrada|existe)|pagina non trovata|pagina niet gevonden"
    r"|sidan (?:hittades inte|finns inte)"
    r"|siden (?:ble ikke funnet|blev ikke fundet|finnes ikke)|nie znaleziono strony"
    r"|strona nie (?:istnieje|została)"
    r"|stránka (?:nebyla nalezena|nenalezena)|страница не (?:найдена|существует)"
    r"|сторінк[ау] не (?:знайдено|існує)"
    r"|sayfa bulunamadı|الصفحة غير موجودة|لم يتم العثور على|صفحه (?:مورد نظر )?(?:یافت|پیدا) نشد"
    r"|הדף לא נמצא"
    r"|页面(?:不存在|未找到|找不到)|頁面(?:不存在|未找到|找不到)|找不到(?:页面|頁面|网页|網頁)"
    r"|ページが見つかりません"
    r"|페이지를 찾을 수 없습니다|halaman tidak ditemukan|không tìm thấy trang|ไม่พบหน้า",
    re.IGNORECASE,
)
CONSENT = re.compile(
    r"consent|cookies?\b|before you continue|your privacy|einwilligung|datenschutz|zustimm"
    r"|consentement|consentimiento|privacidad|アクセスの同意",
    re.IGNORECASE,
)
NEXT = re.compile(
    r"(?:(?:earlier|older|previous|more) (?:\w+ ){0,3}(?:news|stories|posts|articles|headlines"
    r"|entries"
    r"|items|reports|releases|announcements|months?|weeks?|days?|pages?)|(?:go to |show "
    r"|view )?next(?: (?:page|posts|stories|articles|results?|\d+.*))?|older(?: (?:posts|entries"
    r"|stories"
    r"|articles|news))?|(?:load|show|view|see) more(?: (?:posts|stories|articles|news|results?))?"
    r"|nächste(?: seite)?|weiter|ältere (?:beiträge|artikel)|vorwärts"
    r"|(?:page )?suivant[es]?|articles (?:plus anciens|précédents)|siguientes?(?: página)?"
    r"|(?:página )?siguiente"
    r"|entradas (?:antiguas|anteriores)|más noticias|(?:página )?seguinte|próxim[ao](?: página)?"
    r"|(?:pagina )?successiv[ao]"
    r"|avanti|volgende(?: pagina)?|nästa(?: sida)?|neste(?: side)?|næste(?: side)?|seuraava"
    r"|następna(?: strona)?"
    r"|starsze(?: wpisy)?|další|következő|επόμεν[ηο](?: σελίδα)?|următoarea?"
    r"|следующая(?: страница)?|вперед|вперёд|дальше"
    r"|(?:показать|загрузить) ещ[её](?: .{1,20})?|ещ[её] новости|больше новостей|предыдущ(?:ая"
    r"|ие)(?: .{1,20})?|наступна(?: сторінка)?|старые записи|sonraki(?: sayfa)?"
    r"|(?:الصفحة )?التالي(?:ة)?|(?:صفحه )?بعدی?|הבא(?:ה)?|(?:לעמוד )?הבא"
    r"|berikutnya|selanjutnya|(?:trang )?(?:sau|tiếp)(?: theo)?|下一页|下一頁|下页|下頁|后页|次へ"
    r"|次のページ|次の\d+件"
    r"|다음(?: ?페이지)?|หน้าถัดไป|ถัดไป|अगला(?: पेज| पृष्ठ)?|आगे)?[\s›»→>❯⟩⏩▶]*",
    re.IGNORECASE,
)
