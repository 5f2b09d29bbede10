/* Whether what was found among the words of a text stands in the text as it is written. */

#include "_words.h"

#define MOST_OTHERS 1000 /* words to look through at each place */

/* The text in which places are told. */
typedef struct {
    const unsigned char *flat; /* with one character more before it than the text has */
    Py_ssize_t size;
    const char *starts; /* of the first `known` words, not aligned */
    Py_ssize_t known;
} Text;

static inline Py_ssize_t start_of(const Text *text, Py_ssize_t word)
{
    int32_t start;
    memcpy(&start, text->starts + word * (Py_ssize_t)sizeof start, sizeof start);
    return start;
}

static inline unsigned char lowered(unsigned char code)
{
    return 'A' <= code && code <= 'Z' ? (unsigned char)(code + 32) : code;
}

/* Whether a word is one of those that are not the text's, and so may stand there in another way. */
static inline bool stands_otherwise(const Text *text, const Word *some, Py_ssize_t count,
                                    Py_ssize_t at)
{
    if (count - text->known > MOST_OTHERS) return true;
    for (Py_ssize_t other = text->known; other < count; other++) {
        if (some[other].hash == some[at].hash) return true;
    }
    return false;
}

/* A run that was found: `many` of `some` words, from `first` on. */
typedef struct {
    const Text *text;
    const char *words;
    const Word *some;
    Py_ssize_t count, first;
    int many;
} Hit;

/* Whether its words stand in the text letter by letter, with one character between two, and none
   of them in another way. */
static inline bool stands(const Hit *hit)
{
    const Text *text = hit->text;
    if (hit->first + hit->many > text->known) return false;
    Py_ssize_t begin = start_of(text, hit->first);
    for (Py_ssize_t at = hit->first; at < hit->first + hit->many; at++) {
        const Word *word = &hit->some[at];
        Py_ssize_t start = start_of(text, at), size = word->end - word->start;
        if (start < 0 || start - begin != (Py_ssize_t)word->start - hit->some[hit->first].start)
            return false;
        if (start + 1 + size > text->size) return false;
        if (stands_otherwise(text, hit->some, hit->count, at)) return false;
        for (Py_ssize_t letter = 0; letter < size; letter++) {
            unsigned char own = (unsigned char)hit->words[word->start + letter];
            if (lowered(text->flat[start + 1 + letter]) != own) return false;
        }
    }
    return true;
}
