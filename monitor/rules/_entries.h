/* Which rules an item may concern, by the numbers of the features that it shows. */

#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What a rule wants beside the feature that it is entered under. */
typedef struct {
    int32_t first, count; /* so many of `others`, from `first` on */
} Entry;

typedef struct {
    PyObject *numbers; /* a dict: of each feature, keys of entries first */
    PyObject *rules;   /* a list: of each entry */
    int32_t keys;      /* how many */
    int32_t *begins;   /* where the entries of each of these begin, and behind the last */
    Entry *entries;
    int32_t *others;
} Entries;

/* What one item shows. */
typedef struct {
    uint64_t *bits;
    int32_t *some;
    Py_ssize_t count, room;
} Seen;

static inline bool is_seen(const Seen *seen, int32_t number)
{
    return seen->bits[number / 64] >> number % 64 & 1;
}

static inline bool see(Seen *seen, int32_t number)
{
    if (is_seen(seen, number)) return true;
    if (seen->count == seen->room) {
        Py_ssize_t room = seen->room * 2 + 64;
        int32_t *more = PyMem_Resize(seen->some, int32_t, (size_t)room);
        if (!more) return PyErr_NoMemory(), false;
        seen->room = room;
    }
    seen->bits[number / 64] |= (uint64_t)1 << number % 64;
    seen->some[seen->count++] = number;
    return true;
}

static inline int32_t number_of(PyObject *numbers, PyObject *feature)
{
    PyObject *number = PyDict_GetItemWithError(numbers, feature);
    return number ? (int32_t)PyLong_AsLong(number) : -1;
}

/* A new one gets the next number; -1 with an error. */
static inline int32_t numbered(PyObject *numbers, PyObject *feature)
{
    if (!PyUnicode_CheckExact(feature) || !PyUnicode_GET_LENGTH(feature))
        return PyErr_Format(PyExc_TypeError, "a feature is a str that holds something"), -1;
    int32_t known = number_of(numbers, feature);
    if (known >= 0 || PyErr_Occurred()) return known;
    Py_ssize_t next = PyDict_GET_SIZE(numbers);
    if (next >= INT32_MAX) return PyErr_Format(PyExc_OverflowError, "too many features"), -1;
    PyObject *number = PyLong_FromSsize_t(next);
    int status = number ? PyDict_SetItem(numbers, feature, number) : -1;
    Py_XDECREF(number);
    return status < 0 ? -1 : (int32_t)next;
}

/* Whether it is a tuple of (others, rule), and counts what it holds. */
static inline bool count_entries(PyObject *some, Py_ssize_t *entries, Py_ssize_t *others)
{
    bool is_right = PyTuple_Check(some);
    for (Py_ssize_t at = 0; is_right && at < PyTuple_GET_SIZE(some); at++) {
        PyObject *one = PyTuple_GET_ITEM(some, at);
        is_right = PyTuple_Check(one) && PyTuple_GET_SIZE(one) == 2 &&
                   PyTuple_Check(PyTuple_GET_ITEM(one, 0));
        if (!is_right) break;
        ++*entries;
        *others += PyTuple_GET_SIZE(PyTuple_GET_ITEM(one, 0));
    }
    if (!is_right) PyErr_Format(PyExc_TypeError, "entries are tuples of (others, rule)");
    return is_right && *entries < INT32_MAX && *others < INT32_MAX;
}

static inline bool enter(Entries *self, PyObject *some, Py_ssize_t *others)
{
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(some); at++) {
        PyObject *one = PyTuple_GET_ITEM(some, at), *wanted = PyTuple_GET_ITEM(one, 0);
        Py_ssize_t count = PyTuple_GET_SIZE(wanted), rule = PyList_GET_SIZE(self->rules);
        self->entries[rule] = (Entry){(int32_t)*others, (int32_t)count};
        for (Py_ssize_t other = 0; other < count; other++) {
            int32_t number = numbered(self->numbers, PyTuple_GET_ITEM(wanted, other));
            if (number < 0) return false;
            self->others[(*others)++] = number;
        }
        if (PyList_Append(self->rules, PyTuple_GET_ITEM(one, 1)) < 0) return false;
    }
    return true;
}

/* `by_key` is a dict; what there is must be freed if it fails, too. */
static inline bool make_entries(Entries *self, PyObject *by_key)
{
    Py_ssize_t at = 0, entries = 0, others = 0, keys = PyDict_GET_SIZE(by_key);
    PyObject *key, *some;
    if (!(self->numbers = PyDict_New()) || !(self->rules = PyList_New(0))) return false;
    while (PyDict_Next(by_key, &at, &key, &some)) {
        if (numbered(self->numbers, key) < 0 || !count_entries(some, &entries, &others))
            return false;
    }
    self->begins = PyMem_New(int32_t, (size_t)keys + 1);
    self->entries = PyMem_New(Entry, (size_t)entries + 1);
    self->others = PyMem_New(int32_t, (size_t)others + 1);
    if (!self->begins || !self->entries || !self->others) return PyErr_NoMemory(), false;
    others = 0;
    for (Py_ssize_t number = at = 0; PyDict_Next(by_key, &at, &key, &some); number++) {
        self->begins[number] = (int32_t)PyList_GET_SIZE(self->rules);
        if (!enter(self, some, &others)) return false;
    }
    self->begins[keys] = (int32_t)PyList_GET_SIZE(self->rules);
    self->keys = (int32_t)keys;
    return true;
}

static inline void free_entries(Entries *self)
{
    PyMem_Free(self->begins);
    PyMem_Free(self->entries);
    PyMem_Free(self->others);
    Py_XDECREF(self->numbers);
    Py_XDECREF(self->rules);
}

/* What is known of an item from elsewhere; others are not asked for. */
static inline bool see_also(const Entries *self, PyObject *also, Seen *seen)
{
    for (Py_ssize_t at = 0; at < PyList_GET_SIZE(also); at++) {
        int32_t number = number_of(self->numbers, PyList_GET_ITEM(also, at));
        if (number < 0 ? PyErr_Occurred() != NULL : !see(seen, number)) return false;
    }
    return true;
}

/* A new set of the rules of which all is seen. */
static inline PyObject *rules_of(const Entries *self, const Seen *seen)
{
    PyObject *rules = PySet_New(NULL);
    for (Py_ssize_t at = 0; rules && at < seen->count; at++) {
        int32_t number = seen->some[at];
        if (number >= self->keys) continue;
        for (int32_t next = self->begins[number]; next < self->begins[number + 1]; next++) {
            const Entry *entry = &self->entries[next];
            int32_t other = 0;
            while (other < entry->count && is_seen(seen, self->others[entry->first + other]))
                other++;
            if (other == entry->count &&
                PySet_Add(rules, PyList_GET_ITEM(self->rules, next)) < 0) {
                Py_CLEAR(rules);
                break;
            }
        }
    }
    return rules;
}
