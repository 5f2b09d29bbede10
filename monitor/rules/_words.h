/* The words of a text, each by its hash. */

#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    uint64_t hash;
    uint32_t start, end;
} Word;

#define BLANKS 0x2020202020202020u
#define LOWEST 0x0101010101010101u
#define HIGHEST 0x8080808080808080u

/* The next eight bytes, the first of them lowest; blanks behind the end. */
static inline uint64_t eight(const char *at, const char *end)
{
    uint64_t bytes = BLANKS;
    if (end - at >= 8)
        memcpy(&bytes, at, 8);
    else
        memcpy(&bytes, at, (size_t)(end - at));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    return bytes;
}

/* The finish of MurmurHash 3, which spreads a change over all bits. */
static inline uint64_t mixed(uint64_t hash)
{
    hash ^= hash >> 33;
    hash *= 0xff51afd7ed558ccdu;
    hash ^= hash >> 33;
    hash *= 0xc4ceb9fe1a85ec53u;
    return hash ^ hash >> 33;
}

/* Of a run and the word behind it. */
static inline uint64_t followed(uint64_t run, uint64_t word)
{
    return (run << 7 | run >> 57) * 0x9e3779b97f4a7c15u + word;
}

/* Where the word ends that begins at a place; eight bytes at once, as most words have fewer. */
static inline const char *word_end(const char *at, const char *end, uint64_t *hash)
{
    *hash = 0;
    for (;; at += 8) {
        uint64_t bytes = eight(at, end), other = bytes ^ BLANKS;
        uint64_t blank = (other - LOWEST) & ~other & HIGHEST; /* lowest bit set: the first blank */
        if (!blank) {
            *hash = mixed(*hash ^ bytes) + LOWEST;
            continue;
        }
        int bits = __builtin_ctzll(blank) - 7;
        *hash = mixed(*hash ^ (bytes & (((uint64_t)1 << bits) - 1)));
        return at + bits / 8;
    }
}

/* The words between blanks, as many as there are; `words` has room for half of the characters. */
static inline Py_ssize_t split(const char *text, Py_ssize_t size, Word *words)
{
    Py_ssize_t count = 0;
    for (const char *at = text, *end = text + size; at < end;) {
        uint64_t hash;
        const char *stop = word_end(at, end, &hash);
        words[count] = (Word){hash, (uint32_t)(at - text), (uint32_t)(stop - text)};
        count += stop > at;
        at = stop + 1;
    }
    return count;
}
