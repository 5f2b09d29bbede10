/* What characters are, one at once and many at once. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define POINT 0x80 /* the dot of 73.7 */
#define FOREIGN 0xff /* what is not of ASCII; `?` in the flat text, where a real one is a blank */

typedef unsigned char byte;

static inline bool is_letter(byte code) { return (byte)((code | 32) - 'a') < 26; }
static inline bool is_digit(byte code) { return (byte)(code - '0') < 10; }
static inline bool is_alnum(byte code) { return is_letter(code) || is_digit(code); }
static inline bool is_word(byte code) { return is_alnum(code) || code == POINT; }

/* Sixteen characters at once: a table or a branch for each would take ten times as long.  What
   compares them has all bits of a character set where it is true. */
typedef byte Block __attribute__((vector_size(16)));

static inline Block load(const byte *at, const byte *end)
{
    Block block = {0};
    if (end - at >= 16)
        memcpy(&block, at, 16);
    else
        memcpy(&block, at, (size_t)(end - at));
    return block;
}

static inline void store(byte *at, const byte *end, Block block)
{
    if (end - at >= 16)
        memcpy(at, &block, 16);
    else
        memcpy(at, &block, (size_t)(end - at));
}

static inline Block all(byte code) { return (Block){0} + code; }
static inline Block chosen(Block where, Block one, Block other)
{
    return (where & one) | (~where & other);
}

static inline Block letters(Block codes) { return (Block)((codes | 32) - 'a' < 26); }
static inline Block digits(Block codes) { return (Block)(codes - '0' < 10); }
static inline Block hyphens(Block codes) { return (Block)((codes == '-') | (codes == '/')); }

/* Of the marks that words lose. */
static inline Block marks(Block codes)
{
    return (Block)((codes == '.') | (codes == ',') | (codes == '\'') | (codes == ';') |
                   (codes == ':') | (codes == '!') | (codes == '"') | (codes == '(') |
                   (codes == ')'));
}

static inline Block signs(Block codes)
{
    return (Block)((codes == '+') | (codes == '&') | (codes == '@') | (codes == '$') |
                   (codes == '#') | (codes == '?'));
}

/* In the flat text. */
static inline Block flat_of(Block codes)
{
    Block blanks = (Block)((codes - 9 < 5) | (codes - 28 < 4) | (codes == '?'));
    return chosen((Block)(codes == FOREIGN), all('?'), chosen(blanks, all(' '), codes));
}

/* In a run of words; 0: it goes. */
static inline Block words_of(Block flat)
{
    Block lower = flat | (letters(flat) & 32), other = all(' ') & ~marks(flat);
    other = chosen(hyphens(flat), all('-'), chosen((Block)(flat == POINT), all('.'), other));
    return chosen(letters(flat) | digits(flat), lower, other);
}

/* The `s` of a possessive: no part of the word. */
static inline Block possessives(Block before, Block flat, Block next)
{
    return (Block)((before == '\'') & (flat == 's') & (next == ' '));
}

/* What may be odd: a sign, and a mark before a letter, digit or point. */
static inline Block suspects_of(Block flat, Block next)
{
    Block words = letters(next) | digits(next) | (Block)(next == POINT);
    return signs(flat) | ((marks(flat) | hyphens(flat)) & words);
}

static inline bool is_sign(byte flat) { return signs(all(flat))[0]; }

/* Eight bytes as a number; the first is the lowest of it. */
static inline uint64_t eight(const byte *bytes)
{
    uint64_t some;
    memcpy(&some, bytes, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    some = __builtin_bswap64(some);
#endif
    return some;
}

/* A bit for each of sixteen characters, the first the lowest: whether a comparison is true of it.
   The product moves the lowest bit of each byte into the highest byte, no two to one place. */
static inline uint64_t bits_of(Block where)
{
    byte ones[16];
    where &= 1;
    memcpy(ones, &where, 16);
    uint64_t low = eight(ones) * 0x0102040810204080u >> 56;
    uint64_t high = eight(ones + 8) * 0x0102040810204080u >> 56;
    return low | high << 8;
}
