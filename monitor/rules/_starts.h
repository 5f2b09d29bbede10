/* Which beginnings stand at the words of a text: of many the word that is only begun is known by
   a hash of its first letters, behind a filter of the very first. */

#include "_entries.h"
#include "_words.h"

#define MOST_HASHED 32 /* letters of a word that is begun; what is left is compared */
#define MOST_FIRST 4
#define FILTER_BITS 16
#define MOST_STEPS 20000000 /* in all words of a text, to tell what is like a wildcard */

/* Words the last of which is only begun. */
typedef struct {
    const char *words;
    uint32_t size, begun; /* in bytes: up to a wildcard, and what of that is the last word */
    uint32_t all;         /* with what follows the wildcard */
    int32_t number;       /* of the feature that asks for it */
    uint64_t hash;
    int32_t next; /* of the same bucket, -1: none */
} Start;

typedef struct {
    Start *some;
    Py_ssize_t count;
    int32_t *buckets; /* the first Start of each, -1: none */
    uint64_t mask;    /* one less than there are */
    uint64_t lengths; /* bit n: of some so many bytes are hashed */
    Py_ssize_t fewest;   /* bytes that all have, up to MOST_FIRST: what the filter is of */
    uint64_t filter[(1 << FILTER_BITS) / 64];
} Starts;

static inline uint64_t first_of(const char *at, const char *end, Py_ssize_t size)
{
    return size < 8 ? eight(at, end) & (((uint64_t)1 << 8 * size) - 1) : eight(at, end);
}

static inline uint64_t start_hash(const char *at, const char *end, Py_ssize_t size)
{
    uint64_t hash = (uint64_t)size;
    for (; size > 0; at += 8, size -= 8) hash = mixed(hash ^ first_of(at, end, size));
    return hash;
}

/* Of the first bytes, where in the filter they are. */
static inline uint64_t filtered(const Starts *self, const char *at, const char *end)
{
    return (first_of(at, end, self->fewest) * 0x9e3779b97f4a7c15u) >> (64 - FILTER_BITS);
}

static inline Py_ssize_t hashed(Py_ssize_t begun)
{
    return begun < MOST_HASHED ? begun : MOST_HASHED;
}

static inline bool make_starts(Starts *self, Py_ssize_t most)
{
    uint64_t buckets = 64;
    while (buckets < (uint64_t)most) buckets *= 2;
    self->mask = buckets - 1;
    self->some = PyMem_New(Start, (size_t)most);
    self->buckets = PyMem_New(int32_t, buckets);
    self->fewest = MOST_FIRST;
    if (!self->some || !self->buckets) return PyErr_NoMemory(), false;
    memset(self->buckets, 0xff, buckets * sizeof(int32_t));
    return true;
}

static inline void put_start(Starts *self, int32_t number, const char *words, Py_ssize_t all)
{
    Py_ssize_t size = 0, begun = 0;
    while (size < all && words[size] != '*' && words[size] != '?') size++;
    while (begun < size && words[size - 1 - begun] != ' ') begun++;
    const char *end = words + size;
    uint64_t hash = start_hash(end - begun, end, hashed(begun));
    int32_t *bucket = &self->buckets[hash & self->mask];
    self->some[self->count] = (Start){
        words, (uint32_t)size, (uint32_t)begun, (uint32_t)all, number, hash, *bucket,
    };
    *bucket = (int32_t)self->count++;
    self->lengths |= (uint64_t)1 << hashed(begun);
    if (begun < self->fewest) self->fewest = begun;
}

/* Once all are there. */
static inline void fill_filter(Starts *self)
{
    for (Py_ssize_t at = 0; at < self->count; at++) {
        const Start *start = &self->some[at];
        const char *end = start->words + start->size;
        uint64_t bit = filtered(self, end - start->begun, end);
        self->filter[bit / 64] |= (uint64_t)1 << bit % 64;
    }
}

static inline bool may_start(const Starts *self, const char *at, const char *end)
{
    uint64_t bit = filtered(self, at, end);
    return self->filter[bit / 64] >> bit % 64 & 1;
}

/* Whether the words before it and its beginning are those of the Start; a blank is before all. */
static inline bool starts_at(const Start *start, const char *words, const Word *word)
{
    Py_ssize_t before = (Py_ssize_t)start->size - start->begun, begin = word->start - before;
    return word->end - word->start >= start->begun && begin > 0 && words[begin - 1] == ' ' &&
           !memcmp(words + begin, start->words, start->size);
}

static inline const char *next_letter(const char *at)
{
    do at++;
    while ((*at & 0xc0) == 0x80); /* of a letter of several bytes in UTF-8 */
    return at;
}

/* Whether a word is like the last one of a Start: `*` is anything, `?` one letter.  True as well
   when there are no steps left to tell it.  Behind either is a byte more. */
static inline bool is_like(const Start *start, const char *word, const char *end, long *steps)
{
    const char *like = start->words + start->size - start->begun;
    const char *stop = start->words + start->all, *star = NULL, *from = NULL;
    while (word < end) {
        if (--*steps < 0) return true;
        if (like < stop && *like == '*') {
            star = ++like;
            from = word;
        } else if (like < stop && *like == '?') {
            like++;
            word = next_letter(word);
        } else if (like < stop && *like == *word) {
            like++;
            word++;
        } else if (star) {
            like = star;
            word = from = next_letter(from);
        } else {
            return false;
        }
    }
    while (like < stop && *like == '*') like++;
    return like == stop;
}

static inline bool seek_starts(const Starts *self, const char *words, Py_ssize_t size,
                               const Word *some, Py_ssize_t count, Seen *seen)
{
    long steps = MOST_STEPS;
    for (const Word *word = some; word < some + count; word++) {
        const char *at = words + word->start, *end = words + size;
        if (!may_start(self, at, end)) continue;
        for (uint64_t lengths = self->lengths; lengths; lengths &= lengths - 1) {
            Py_ssize_t length = __builtin_ctzll(lengths);
            if (length > (Py_ssize_t)(word->end - word->start)) break;
            uint64_t hash = start_hash(at, end, length);
            for (int32_t next = self->buckets[hash & self->mask]; next >= 0;) {
                const Start *start = &self->some[next];
                next = start->next;
                if (start->hash != hash || is_seen(seen, start->number) ||
                    !starts_at(start, words, word))
                    continue;
                if (start->size < start->all && !is_like(start, at, words + word->end, &steps))
                    continue;
                if (!see(seen, start->number)) return false;
            }
        }
    }
    return true;
}
