/* What `passes.py` does, in one pass and at a tenth of its time: the same answer, character by
   character.  What a step is for is said there. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define POINT 0x80 /* the dot of 73.7 */
#define LONGEST (INT32_MAX / 4)
#define FOREIGN '?'
#define PART_OF_A_FOREIGN 10 /* one character in so many */

/* By byte of the flat text: `WORDS` has what it is in a run of words, 0 if it only goes. */
enum kind { OTHER = 0, LETTER, DIGIT, HYPHEN };
static unsigned char KINDS[256], FLAT[256], WORDS[256], IN_WORD[256];
/* What may be odd: a sign, and a mark before a letter, digit or point. */
enum suspect { NOTHING = 0, WORD = 1, MARK = 2, SIGN = 4 };
static unsigned char SUSPECTS[256];

static void mark_all(const char *codes, unsigned char *table, unsigned char value)
{
    for (; *codes; codes++) table[(unsigned char)*codes] = value;
}

static void fill_tables(void)
{
    for (int code = 0; code < 256; code++) {
        bool upper = 'A' <= code && code <= 'Z', letter = upper || ('a' <= code && code <= 'z');
        bool digit = '0' <= code && code <= '9';
        bool blank = (9 <= code && code <= 13) || (28 <= code && code <= 31);
        KINDS[code] = letter ? LETTER : digit ? DIGIT : OTHER;
        FLAT[code] = (unsigned char)(blank ? ' ' : code);
        WORDS[code] = (unsigned char)(upper ? code + 32 : letter || digit ? code : ' ');
        SUSPECTS[code] = letter || digit || code == POINT ? WORD : NOTHING;
    }
    FLAT['?'] = ' ';
    KINDS['-'] = KINDS['/'] = HYPHEN;
    WORDS['-'] = WORDS['/'] = '-';
    WORDS[POINT] = '.';
    for (int code = 0; code < 256; code++) IN_WORD[WORDS[code]] = SUSPECTS[code] == WORD;
    mark_all(".,;:!\"'()", WORDS, 0);
    mark_all(".,;:!\"'()-/", SUSPECTS, MARK);
    mark_all("+&@$#?", SUSPECTS, SIGN);
}

static bool is_digit(unsigned char code) { return KINDS[code] == DIGIT; }
static bool is_letter(unsigned char code) { return KINDS[code] == LETTER; }
static bool is_alnum(unsigned char code) { return is_letter(code) || is_digit(code); }

static unsigned char plain_of(Py_UCS4 point)
{
    switch (point) {
    case 0x2019: return '\'';
    case 0x201c: case 0x201d: case 0x2026: return '"';
    case 0x2013: case 0x2014: return '-';
    case 0xa0: return ' ';
    default: return point < 0x80 ? FLAT[point] : FOREIGN;
    }
}

/* Into `flat`, which has a blank before the text and one behind it; how much of it is foreign. */
static Py_ssize_t make_flat(PyObject *text, unsigned char *flat)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), foreign = 0;
    const void *data = PyUnicode_DATA(text);
    flat[0] = flat[size + 1] = ' ';
    if (PyUnicode_IS_ASCII(text)) {
        const unsigned char *codes = data;
        for (Py_ssize_t at = 0; at < size; at++) flat[at + 1] = FLAT[codes[at]];
    } else {
        int width = PyUnicode_KIND(text);
        for (Py_ssize_t at = 0; at < size; at++) {
            flat[at + 1] = plain_of(PyUnicode_READ(width, data, at));
            foreign += flat[at + 1] == FOREIGN;
        }
    }
    unsigned char *end = flat + size + 1, *at = flat;
    while ((at = memchr(at + 1, '.', (size_t)(end - at)))) {
        if (is_digit(at[-1]) && is_digit(at[1])) *at = POINT;
    }
    return foreign;
}

/* Whether the mark before a letter, digit or point makes its chunk odd; `at` is the mark. */
static bool is_odd(const unsigned char *at)
{
    unsigned char before = at[-1];
    switch (*at) {
    case '-': case '/': return before != ' ' && SUSPECTS[before] != WORD;
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
static PyObject *odd_chunks(const unsigned char *flat, Py_ssize_t size, unsigned char *suspects)
{
    PyObject *found = PyList_New(0);
    /* Without a branch at each character: which it would be is guessed wrong at every word. */
    for (Py_ssize_t at = 1; at <= size; at++) {
        unsigned char own = SUSPECTS[flat[at]], next = SUSPECTS[flat[at + 1]];
        suspects[at] = (own & SIGN) | (own & (next << 1));
    }
    suspects[size + 1] = MARK; /* so that the search ends */
    for (Py_ssize_t at = 1; found && at <= size; at++) {
        while (!suspects[at]) at++;
        if (at > size) break;
        if (!(suspects[at] & SIGN) && !is_odd(flat + at)) continue;
        const unsigned char *start = flat + at;
        while (*--start != ' ') {}
        while (flat[at] != ' ') at++;
        PyObject *chunk = Py_BuildValue("nn", (Py_ssize_t)(start - flat), at - 1);
        if (!chunk || PyList_Append(found, chunk) < 0) Py_CLEAR(found);
        Py_XDECREF(chunk);
    }
    return found;
}

/* Plain words with one blank between, a hyphen where one stands; how long it is.  Into `starts` where
   in the text each word begins, behind a hyphen as well, and into `count` how many there are. */
static Py_ssize_t make_hyphened(const unsigned char *flat, Py_ssize_t size, unsigned char *made,
                                int32_t *starts, Py_ssize_t *count)
{
    Py_ssize_t length = 1, words = 0;
    unsigned char last = made[0] = ' ';
    for (Py_ssize_t at = 1; at < size + 2; at++) {
        unsigned char code = WORDS[flat[at]];
        starts[words] = (int32_t)(at - 1);
        words += IN_WORD[code] > IN_WORD[last];
        if (flat[at] == '\'' && flat[at + 1] == 's' && flat[at + 2] == ' ') at++;
        bool kept = code && (code != ' ' || last != ' ');
        made[length] = code;
        length += kept;
        last = kept ? code : last;
    }
    *count = words;
    return length;
}

/* The words that one hyphen joins, as one, with blanks between; how long it is. */
static Py_ssize_t make_joined(const unsigned char *words, Py_ssize_t size, unsigned char *made)
{
    Py_ssize_t length = 0;
    const unsigned char *end = words + size, *at = words;
    while ((at = memchr(at, '-', (size_t)(end - at)))) {
        while (at[-1] != ' ') at--;
        for (; *at != ' '; at++) {
            if (*at != '-') {
                made[length++] = *at;
            } else if (at[1] == '-') {
                made[length++] = ' ';
                at++;
            }
        }
        made[length++] = ' ';
    }
    return length;
}

/* A blank for each hyphen, in place, and never two; how long it is. */
static Py_ssize_t part_hyphened(unsigned char *words, Py_ssize_t size)
{
    unsigned char *end = words + size, *at = words;
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

/* No start is known of the words of odd chunks: what stands there may be something else. */
static bool forget_odd(PyObject *odd, int32_t *starts, Py_ssize_t count)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t number = 0; number < PyList_GET_SIZE(odd); number++) {
        PyObject *chunk = PyList_GET_ITEM(odd, number);
        Py_ssize_t start = PyLong_AsSsize_t(PyTuple_GET_ITEM(chunk, 0));
        Py_ssize_t end = PyLong_AsSsize_t(PyTuple_GET_ITEM(chunk, 1));
        if (PyErr_Occurred()) return false;
        while (at < count && starts[at] < start) at++;
        while (at < count && starts[at] < end) starts[at++] = -1;
    }
    return true;
}

static PyObject *ascii_of(const unsigned char *codes, Py_ssize_t size)
{
    PyObject *made = PyUnicode_New(size, 127);
    if (made) memcpy(PyUnicode_DATA(made), codes, (size_t)size);
    return made;
}

static PyObject *answer(PyObject *text, PyObject *flat, int32_t *starts, unsigned char *room)
{
    Py_ssize_t size = PyUnicode_GET_LENGTH(text), count;
    unsigned char *codes = (unsigned char *)PyBytes_AS_STRING(flat);
    bool is_foreign = make_flat(text, codes) > size / PART_OF_A_FOREIGN;
    PyObject *odd = is_foreign ? PyList_New(0) : odd_chunks(codes, size, room);
    Py_ssize_t length = make_hyphened(codes, size, room, starts, &count);
    if (!odd || !forget_odd(odd, starts, count)) {
        Py_XDECREF(odd);
        return NULL;
    }
    unsigned char *joined = room + length;
    PyObject *together = ascii_of(joined, make_joined(room, length, joined));
    PyObject *run = ascii_of(room, part_hyphened(room, length));
    PyObject *begins = PyBytes_FromStringAndSize((char *)starts, count * (Py_ssize_t)sizeof *starts);
    PyObject *is = is_foreign ? Py_True : Py_False, *made = NULL;
    if (together && run && begins)
        made = Py_BuildValue("OOOOOO", flat, run, together, odd, is, begins);
    Py_DECREF(odd);
    Py_XDECREF(together);
    Py_XDECREF(run);
    Py_XDECREF(begins);
    return made;
}

static PyObject *read_text(PyObject *self, PyObject *text)
{
    (void)self;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "text must be a str");
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    if (size > LONGEST) return PyErr_Format(PyExc_OverflowError, "a text of %zd characters", size);
    PyObject *flat = PyBytes_FromStringAndSize(NULL, size + 2), *made = NULL;
    /* A word is a character at least, and a blank or hyphen behind it. */
    size_t words = (size_t)size / 2 + 2;
    int32_t *starts = PyMem_Malloc(words * sizeof *starts + (size_t)(2 * size + 8));
    if (!starts) PyErr_NoMemory();
    if (flat && starts) made = answer(text, flat, starts, (unsigned char *)(starts + words));
    PyMem_Free(starts);
    Py_XDECREF(flat);
    return made;
}

static PyMethodDef METHODS[] = {
    {"passes", read_text, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "monitor.text._passes", .m_size = 0, .m_methods = METHODS,
};

PyMODINIT_FUNC PyInit__passes(void)
{
    fill_tables();
    return PyModuleDef_Init(&MODULE);
}
