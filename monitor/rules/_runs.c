/* Which of many runs of words stand among the words of a text, as `runs.py` tells it with an
   automaton.  Here each run is known by a hash: of a text only its words are hashed, and of every
   few that follow one another their hash is made from theirs.  So it takes the same time however
   many runs are sought, and all they cost is a few bytes each.  Of some the last word is only
   begun: these are in `_starts.h`; which rules it is enough for is in `_entries.h`. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "_entries.h"
#include "_places.h"
#include "_starts.h"

#define OTHER_MARKS "~/:=?" /* of features that are no words */
#define START '*' /* before words the last of which is only begun */
#define MOST_WORDS 63 /* of a run: their numbers are the bits of `lengths` */
#define MOST_PLACES 16 /* of a run: who has more is told to look itself */
#define RUNS_FOR_EACH 4 /* 64 bits of the filter: of others one in some hundreds passes it */

typedef struct {
    uint64_t hash;
    uint32_t size;   /* in bytes, without the blanks around it */
    uint32_t number; /* of the run, from 1; 0: nothing is here */
    const char *words;
    bool is_placed; /* its places are asked for */
} Slot;

typedef struct {
    PyObject_HEAD
    PyObject *runs;  /* a tuple of str, by their numbers: all features */
    PyObject *bytes; /* of the same in UTF-8 */
    Slot *slots;     /* open addressing, at most half of them taken */
    uint64_t mask;   /* one less than there are */
    uint64_t *filter; /* Bloom's, of runs and of their first two words or more; all bits together */
    uint64_t filter_mask;
    uint64_t lengths; /* bit n: there are runs of n words */
    int most_words;
    Starts starts;
    Entries entries;
} Runs;

static uint64_t *filter_of(const Runs *self, uint64_t hash)
{
    return &self->filter[hash >> 20 & self->filter_mask];
}

static uint64_t bits_of(uint64_t hash)
{
    uint64_t bit = 1;
    return bit << (hash & 63) | bit << (hash >> 6 & 63) | bit << (hash >> 12 & 63);
}

static const Slot *slot_of(const Runs *self, uint64_t hash, const char *words, Py_ssize_t size)
{
    for (uint64_t at = hash & self->mask; self->slots[at].number; at = (at + 1) & self->mask) {
        const Slot *slot = &self->slots[at];
        if (slot->hash == hash && slot->size == size && !memcmp(slot->words, words, (size_t)size))
            return slot;
    }
    return NULL;
}

/* One more place of a run; None stands for places that are not all known. */
static bool add_hit(PyObject *found, PyObject *run, const Slot *slot, const Hit *hit)
{
    PyObject *places = PyDict_GetItemWithError(found, run);
    if (!places && PyErr_Occurred()) return false;
    if (places == Py_None) return true;
    if (!stands(hit) || (places && PyList_GET_SIZE(places) >= MOST_PLACES))
        return PyDict_SetItem(found, run, Py_None) == 0;
    Py_ssize_t start = start_of(hit->text, hit->first);
    PyObject *place = Py_BuildValue("nn", start, start + (Py_ssize_t)slot->size);
    bool done = false;
    if (place && places) {
        done = PyList_Append(places, place) == 0;
    } else if (place && (places = PyList_New(1))) {
        PyList_SET_ITEM(places, 0, Py_NewRef(place));
        done = PyDict_SetItem(found, run, places) == 0;
        Py_DECREF(places);
    }
    Py_XDECREF(place);
    return done;
}

static bool seek_among(const Runs *self, const char *words, const Word *some, Py_ssize_t count,
                       const Text *text, Seen *seen, PyObject *places)
{
    for (Py_ssize_t first = 0; first < count; first++) {
        uint64_t hash = some[first].hash;
        int most = count - first < self->most_words ? (int)(count - first) : self->most_words;
        for (int many = 1;; many++) {
            bool may_begin = !(bits_of(hash) & ~*filter_of(self, hash));
            if (may_begin && self->lengths >> many & 1) {
                Py_ssize_t start = some[first].start, size = some[first + many - 1].end - start;
                const Slot *slot = slot_of(self, hash, words + start, size);
                if (slot && !see(seen, (int32_t)slot->number - 1)) return false;
                if (slot && slot->is_placed &&
                    !add_hit(places, PyTuple_GET_ITEM(self->runs, slot->number - 1), slot,
                             &(Hit){text, words, some, count, first, many}))
                    return false;
            }
            if (many >= most || (many > 1 && !may_begin)) break;
            hash = followed(hash, some[first + many].hash);
        }
    }
    return true;
}

static bool seek_in(const Runs *self, PyObject *words, const Text *text, Seen *seen,
                    PyObject *places)
{
    PyObject *bytes = PyUnicode_IS_ASCII(words) ? PyBytes_FromStringAndSize(NULL, 0)
                          : PyUnicode_AsEncodedString(words, "utf-8", "surrogatepass");
    if (!bytes) return false;
    bool is_ascii = PyUnicode_IS_ASCII(words);
    const char *codes = is_ascii ? PyUnicode_DATA(words) : PyBytes_AS_STRING(bytes);
    Py_ssize_t size = is_ascii ? PyUnicode_GET_LENGTH(words) : PyBytes_GET_SIZE(bytes);
    Word *some = size > UINT32_MAX ? NULL : PyMem_New(Word, (size_t)(size / 2 + 1));
    bool done = some != NULL;
    if (done) {
        Py_ssize_t count = split(codes, size, some);
        if (self->lengths) done = seek_among(self, codes, some, count, text, seen, places);
        if (self->starts.count)
            done = done && seek_starts(&self->starts, codes, size, some, count, seen);
    } else {
        PyErr_NoMemory();
    }
    PyMem_Free(some);
    Py_DECREF(bytes);
    return done;
}

static PyObject *Runs_seek(PyObject *object, PyObject *const *given, Py_ssize_t many)
{
    Runs *self = (Runs *)object;
    if (many != 4 || !PyUnicode_Check(given[0]) || !PyBytes_Check(given[1]) ||
        !PyBytes_Check(given[2]) || !PyList_Check(given[3]))
        return PyErr_Format(PyExc_TypeError,
                            "seek takes words as str, flat and starts as bytes, a list");
    PyObject *flat = given[1], *starts = given[2];
    Text text = {(const unsigned char *)PyBytes_AS_STRING(flat), PyBytes_GET_SIZE(flat),
                 PyBytes_AS_STRING(starts), PyBytes_GET_SIZE(starts) / (Py_ssize_t)sizeof(int32_t)};
    size_t bits = (size_t)PyTuple_GET_SIZE(self->runs) / 64 + 1;
    Seen seen = {PyMem_Calloc(bits, sizeof(uint64_t)), NULL, 0, 0};
    PyObject *places = PyDict_New(), *rules = NULL, *told = NULL;
    if (!seen.bits) PyErr_NoMemory();
    if (seen.bits && places && seek_in(self, given[0], &text, &seen, places) &&
        see_also(&self->entries, given[3], &seen))
        rules = rules_of(&self->entries, &seen);
    if (rules) told = PyTuple_Pack(2, rules, places);
    PyMem_Free(seen.bits);
    PyMem_Free(seen.some);
    Py_XDECREF(places);
    Py_XDECREF(rules);
    return told;
}

static bool put(Runs *self, Py_ssize_t at, bool is_placed)
{
    PyObject *bytes = PyTuple_GET_ITEM(self->bytes, at);
    const char *codes = PyBytes_AS_STRING(bytes);
    Py_ssize_t size = PyBytes_GET_SIZE(bytes);
    Word *words = PyMem_New(Word, (size_t)(size / 2 + 1));
    if (!words) return PyErr_NoMemory(), false;
    Py_ssize_t count = split(codes, size, words);
    if (!count || count > MOST_WORDS) {
        PyErr_Format(PyExc_ValueError, "a run has 1 to %d words, and this %zd", MOST_WORDS, count);
        PyMem_Free(words);
        return false;
    }
    uint64_t hash = words[0].hash;
    if (count == 1) *filter_of(self, hash) |= bits_of(hash);
    for (Py_ssize_t next = 1; next < count; next++) {
        hash = followed(hash, words[next].hash);
        *filter_of(self, hash) |= bits_of(hash);
    }
    PyMem_Free(words);
    if (slot_of(self, hash, codes, size)) return true;
    uint64_t place = hash & self->mask;
    while (self->slots[place].number) place = (place + 1) & self->mask;
    self->slots[place] = (Slot){hash, (uint32_t)size, (uint32_t)at + 1, codes, is_placed};
    self->lengths |= (uint64_t)1 << count;
    if (count > self->most_words) self->most_words = (int)count;
    return true;
}

static bool encode_all(Runs *self)
{
    Py_ssize_t count = PyTuple_GET_SIZE(self->runs);
    self->bytes = PyTuple_New(count);
    for (Py_ssize_t at = 0; self->bytes && at < count; at++) {
        PyObject *run = PyTuple_GET_ITEM(self->runs, at);
        PyObject *bytes = PyUnicode_AsEncodedString(run, "utf-8", "surrogatepass");
        if (!bytes) return false;
        PyTuple_SET_ITEM(self->bytes, at, bytes);
        if (PyBytes_GET_SIZE(bytes) > INT32_MAX)
            return PyErr_Format(PyExc_OverflowError, "a run of too many bytes"), false;
    }
    return self->bytes != NULL;
}

static bool put_feature(Runs *self, Py_ssize_t number, PyObject *placed)
{
    PyObject *bytes = PyTuple_GET_ITEM(self->bytes, number);
    const char *codes = PyBytes_AS_STRING(bytes);
    if (*codes && strchr(OTHER_MARKS, *codes)) return true;
    int is_placed = PySequence_Contains(placed, PyTuple_GET_ITEM(self->runs, number));
    if (is_placed < 0) return false;
    if (*codes != START) return put(self, number, is_placed);
    put_start(&self->starts, (int32_t)number, codes + 1, PyBytes_GET_SIZE(bytes) - 1);
    return true;
}

static PyObject *Runs_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    PyObject *by_key, *placed;
    static char *NAMES[] = {"by_key", "placed", NULL};
    if (!PyArg_ParseTupleAndKeywords(args, names, "O!O", NAMES, &PyDict_Type, &by_key, &placed))
        return NULL;
    Runs *self = (Runs *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    if (!make_entries(&self->entries, by_key)) goto failed;
    self->runs = PySequence_Tuple(self->entries.numbers);
    if (!self->runs || !encode_all(self)) goto failed;
    Py_ssize_t count = PyTuple_GET_SIZE(self->runs);
    uint64_t slots = 64;
    while (slots < 2 * (uint64_t)count) slots *= 2;
    self->mask = slots - 1;
    self->filter_mask = slots / 2 / RUNS_FOR_EACH - 1;
    self->slots = PyMem_Calloc(slots, sizeof(Slot));
    self->filter = PyMem_Calloc(self->filter_mask + 1, sizeof(uint64_t));
    if (!self->slots || !self->filter) {
        PyErr_NoMemory();
        goto failed;
    }
    if (!make_starts(&self->starts, count)) goto failed;
    for (Py_ssize_t at = 0; at < count; at++)
        if (!put_feature(self, at, placed)) goto failed;
    fill_filter(&self->starts);
    return (PyObject *)self;
failed:
    Py_DECREF(self);
    return NULL;
}

static void Runs_dealloc(PyObject *object)
{
    Runs *self = (Runs *)object;
    PyTypeObject *type = Py_TYPE(object);
    PyMem_Free(self->slots);
    PyMem_Free(self->filter);
    PyMem_Free(self->starts.some);
    PyMem_Free(self->starts.buckets);
    free_entries(&self->entries);
    Py_XDECREF(self->bytes);
    Py_XDECREF(self->runs);
    type->tp_free(object);
    Py_DECREF(type);
}

static PyMethodDef METHODS[] = {
    {"seek", (PyCFunction)(void (*)(void))Runs_seek, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot SLOTS[] = {
    {Py_tp_new, Runs_new},
    {Py_tp_dealloc, Runs_dealloc},
    {Py_tp_methods, METHODS},
    {0, NULL},
};

static PyType_Spec SPEC = {
    .name = "monitor.rules._runs.Runs",
    .basicsize = sizeof(Runs),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = SLOTS,
};

static int add_type(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&SPEC);
    int status = type ? PyModule_AddObjectRef(module, "Runs", type) : -1;
    Py_XDECREF(type);
    return status;
}

static PyModuleDef_Slot MODULE_SLOTS[] = {{Py_mod_exec, add_type}, {0, NULL}};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, .m_name = "monitor.rules._runs", .m_slots = MODULE_SLOTS,
};

PyMODINIT_FUNC PyInit__runs(void)
{
    return PyModuleDef_Init(&MODULE);
}
