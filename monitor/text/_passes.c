/* What `passes.py` does, at a tenth of its time: the same answer, character by
   character.  What a step is for is said there. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "_characters.h"

#define LONGEST (INT32_MAX / 4)
#define AT_ONCE 64 /* characters: a bit of a number for each */
#define PART_OF_A_FOREIGN 10 /* one character in so many */

/* Of one that is not of ASCII. */
static byte plain_of(Py_UCS4 point)
{
    switch (point) {
    case 0x2019: return '\'';
    case 0x201c: case 0x201d: case 0x2026: return '"';
    case 0x2013: case 0x2014: return '-';
    case 0xa0: return ' ';
    default: return point < 0x80 ? (byte)point : FOREIGN;
    }
}

/* Into `flat`, which has a blank before the text and one behind it; how much of it is foreign. */
static Py_ssize_t make_flat(PyObject *text, byte *flat)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), foreign = 0;
    const byte *codes = PyUnicode_DATA(text), *stop;
    byte *end = flat + size + 1, *at = flat;
    flat[0] = *end = ' ';
    if (!PyUnicode_IS_ASCII(text)) {
        int width = PyUnicode_KIND(text);
        for (Py_ssize_t place = 0; place < size; place++) {
            flat[place + 1] = plain_of(PyUnicode_READ(width, codes, place));
            foreign += flat[place + 1] == FOREIGN;
        }
        codes = flat + 1;
    }
    stop = codes + size;
    for (Py_ssize_t place = 0; place < size; place += 16)
        store(flat + 1 + place, end, flat_of(load(codes + place, stop)));
    while ((at = memchr(at + 1, '.', (size_t)(end - at)))) {
        if (is_digit(at[-1]) && is_digit(at[1])) *at = POINT;
    }
    return foreign;
}

/* Whether the mark before a letter, digit or point makes its chunk odd; `at` is the mark. */
static bool is_odd(const byte *at)
{
    byte before = at[-1];
    switch (*at) {
    case '-': case '/': return before != ' ' && !is_word(before);
    case '\'':
        if (at[1] == 's' && at[2] == ' ') return !is_alnum(before);
        return before != ' ';
    case ',':
        return !(is_digit(before) && is_digit(at[1]) && is_digit(at[2]) && is_digit(at[3]) &&
                 !is_digit(at[4]));
    case '.':
        return !(is_letter(before) && !is_alnum(at[-2]) && is_letter(at[1]) && !is_alnum(at[2]));
    default: return before != ' ';
    }
}

/* (start, end) of each odd chunk: where the blank before it stands in `flat`, and its end in the
   text.  `suspects` is room for as much as `flat` has.  */
static PyObject *odd_chunks(const byte *flat, Py_ssize_t size, byte *suspects)
{
    PyObject *found = PyList_New(0);
    const byte *end = flat + size + 2;
    for (Py_ssize_t at = 1; at <= size; at += 16)
        store(suspects + at, suspects + size + 1,
              suspects_of(load(flat + at, end), load(flat + at + 1, end)));
    memset(suspects + size + 1, 1, 8); /* so that the search ends */
    for (Py_ssize_t at = 1; found && at <= size; at++) {
        while (!eight(suspects + at)) at += 8;
        while (!suspects[at]) at++;
        if (at > size) break;
        if (!is_sign(flat[at]) && !is_odd(flat + at)) continue;
        const byte *start = flat + at;
        while (*--start != ' ') {}
        while (flat[at] != ' ') at++;
        PyObject *chunk = Py_BuildValue("nn", (Py_ssize_t)(start - flat), at - 1);
        if (!chunk || PyList_Append(found, chunk) < 0) Py_CLEAR(found);
        Py_XDECREF(chunk);
    }
    return found;
}

/* What was made of a text until now: plain words with one blank between, a hyphen where one stands,
   and where in the text each word begins, behind a hyphen as well. */
typedef struct {
    byte *words;
    Py_ssize_t length;
    int32_t *starts;
    Py_ssize_t count;
    bool is_blank, parts; /* the last of the words: it is a blank; or that or a hyphen */
} Made;

/* Some of a text as it is in words, with bits for what goes, for blanks and for hyphens. */
typedef struct {
    byte codes[2 * AT_ONCE];
    uint64_t gone, blanks, hyphens;
} Some;

static inline void read_some(const byte *at, const byte *end, Some *some)
{
    some->gone = some->blanks = some->hyphens = 0;
    for (int part = 0; part < AT_ONCE && at + part < end; part += 16) {
        Block flat = load(at + part, end), next = load(at + part + 1, end);
        Block words = words_of(flat) & ~possessives(load(at + part - 1, end), flat, next);
        memcpy(some->codes + part, &words, 16);
        some->gone |= bits_of((Block)(words == 0)) << part;
        some->blanks |= bits_of((Block)(words == ' ')) << part;
        some->hyphens |= bits_of((Block)(words == '-')) << part;
    }
}

/* A bit for each character behind one of these, but for those that go in between: as a carry runs
   through them.  `last` is that of what stands before all, and then of what is the last here. */
static inline uint64_t behind(uint64_t these, uint64_t gone, bool *last)
{
    uint64_t next = these << 1 | *last, carried;
    *last = __builtin_add_overflow(gone, next & gone, &carried) | these >> (AT_ONCE - 1);
    return (next | carried) & ~gone;
}

/* `place` is the first one's in the text.  Writes up to AT_ONCE more than it adds. */
static inline void add_some(Made *made, const Some *some, int many, Py_ssize_t place)
{
    uint64_t inside = ~(uint64_t)0 >> (AT_ONCE - many), gone = some->gone | ~inside;
    uint64_t blanks = some->blanks & inside, parting = blanks | (some->hyphens & inside);
    uint64_t first = behind(parting, gone, &made->parts) & ~parting;
    for (; first; first &= first - 1)
        made->starts[made->count++] = (int32_t)(place + __builtin_ctzll(first));
    uint64_t going = (gone & inside) | (blanks & behind(blanks, gone, &made->is_blank));
    for (int from = 0, to; from <= many; from = to + 1, going &= going - 1) {
        to = going ? __builtin_ctzll(going) : many;
        memcpy(made->words + made->length, some->codes + from, AT_ONCE);
        made->length += to - from;
    }
}

static void make_words(const byte *flat, Py_ssize_t size, Made *made)
{
    const byte *end = flat + size + 2;
    Made own = *made; /* whose numbers need not be written each time */
    for (const byte *at = flat + 1; at < end; at += AT_ONCE) {
        Some some;
        read_some(at, end, &some);
        int many = end - at < AT_ONCE ? (int)(end - at) : AT_ONCE;
        add_some(&own, &some, many, at - flat - 1);
    }
    *made = own;
}

/* The words that one hyphen joins, as one, with blanks between, but for numbers; how long it is. */
static Py_ssize_t make_joined(const byte *words, Py_ssize_t size, byte *made)
{
    Py_ssize_t length = 0;
    const byte *end = words + size, *at = words;
    while ((at = memchr(at, '-', (size_t)(end - at)))) {
        Py_ssize_t before = length;
        bool has_letter = false;
        while (at[-1] != ' ') at--;
        for (;; at++) {
            bool ends = *at == ' ' || (*at == '-' && at[1] == '-');
            if (ends) {
                if (!has_letter) length = before;
                made[length++] = ' ';
                before = length;
                has_letter = false;
                if (*at++ == ' ') break;
            } else if (*at != '-') {
                has_letter = has_letter || is_letter(*at);
                made[length++] = *at;
            }
        }
    }
    return length;
}

/* A blank for each hyphen, in place, and never two; how long it is. */
static Py_ssize_t part_hyphened(byte *words, Py_ssize_t size)
{
    byte *end = words + size, *at = words;
    bool two = false;
    while ((at = memchr(at, '-', (size_t)(end - at)))) {
        *at = ' ';
        two = two || at[-1] == ' ' || at[1] == ' ';
    }
    if (!two) return size;
    Py_ssize_t length = 1;
    for (Py_ssize_t at = 1; at < size; at++) {
        words[length] = words[at];
        length += words[at] != ' ' || words[length - 1] != ' ';
    }
    return length;
}

/* The highest bit for the words of odd chunks: what stands there may be something else. */
static bool mark_odd(PyObject *odd, int32_t *starts, Py_ssize_t count)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t number = 0; number < PyList_GET_SIZE(odd); number++) {
        PyObject *chunk = PyList_GET_ITEM(odd, number);
        Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(chunk, 0));
        Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GET_ITEM(chunk, 1));
        if (PyErr_Occurred()) return false;
        while (at < count && starts[at] < start) at++;
        while (at < count && starts[at] < end) starts[at++] |= INT32_MIN;
    }
    return true;
}

static PyObject *ascii_of(const byte *codes, Py_ssize_t size)
{
    PyObject *made = PyUnicode_New(size, 127);
    if (made) memcpy(PyUnicode_DATA(made), codes, (size_t)size);
    return made;
}

/* `room` is three times as long as the text, and somewhat more. */
static PyObject *answer(PyObject *text, PyObject *flat, int32_t *starts, byte *room)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    byte *codes = (byte *)PyBytes_AS_STRING(flat);
    bool is_foreign = make_flat(text, codes) > size / PART_OF_A_FOREIGN;
    PyObject *odd = is_foreign ? PyList_New(0) : odd_chunks(codes, size, room);
    Made made = {room, 1, starts, 0, true, true};
    made.words[0] = ' ';
    make_words(codes, size, &made);
    if (!odd || !mark_odd(odd, starts, made.count)) {
        Py_XDECREF(odd);
        return NULL;
    }
    byte *joined = made.words + made.length;
    PyObject *together = ascii_of(joined, make_joined(made.words, made.length, joined));
    PyObject *run = ascii_of(made.words, part_hyphened(made.words, made.length));
    Py_ssize_t bytes = made.count * (Py_ssize_t)sizeof *starts;
    PyObject *begins = PyBytes_FromStringAndSize((char *)starts, bytes), *told = NULL;
    if (together && run && begins) {
        told = Py_BuildValue("OOOOOO", flat, run, together, odd, is_foreign ? Py_True : Py_False,
                             begins);
    }
    Py_DECREF(odd);
    Py_XDECREF(together);
    Py_XDECREF(run);
    Py_XDECREF(begins);
    return told;
}

static PyObject *read_text(PyObject *self, PyObject *text)
{
    (void)self;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "text must be a str");
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    if (size > LONGEST) return PyErr_Format(PyExc_OverflowError, "a text of %zd characters", size);
    PyObject *flat = PyBytes_FromStringAndSize(NULL, size + 2), *told = NULL;
    /* A word is a character at least, and a blank or hyphen behind it. */
    size_t words = (size_t)size / 2 + 2, room = 3 * (size_t)size + 2 * AT_ONCE;
    int32_t *starts = PyMem_Malloc(words * sizeof *starts + room);
    if (!starts) PyErr_NoMemory();
    if (flat && starts) told = answer(text, flat, starts, (byte *)(starts + words));
    PyMem_Free(starts);
    Py_XDECREF(flat);
    return told;
}

#include "_plain.h" /* and `folding.plain` */

static PyMethodDef METHODS[] = {
    {"passes", read_text, METH_O, NULL},
    {"plain", plain, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "monitor.text._passes", .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit__passes(void)
{
    return PyModuleDef_Init(&MODULE);
}
