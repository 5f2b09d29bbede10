/* A text as it is compared, if it is of ASCII: small letters, one blank for all white space. */

static inline byte plain_letter(byte code)
{
    bool is_white = (byte)(code - '\t') < 5 || (byte)(code - 0x1c) < 5;
    return is_white ? ' ' : (byte)(code - 'A') < 26 ? code | 32 : code;
}

/* How long it is, in `made`, which has room for all of it. */
static Py_ssize_t make_plain(const byte *codes, Py_ssize_t size, byte *made)
{
    Py_ssize_t length = 0;
    byte last = ' ';
    for (Py_ssize_t place = 0; place < size; place++) {
        byte code = plain_letter(codes[place]);
        made[length] = code;
        length += code != ' ' || last != ' ';
        last = code;
    }
    return length && last == ' ' ? length - 1 : length;
}

/* None for a text that is not of ASCII. */
static PyObject *plain(PyObject *self, PyObject *text)
{
    (void)self;
    if (!PyUnicode_Check(text)) return PyErr_Format(PyExc_TypeError, "text must be a str");
    if (!PyUnicode_IS_ASCII(text)) Py_RETURN_NONE;
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    byte *made = PyMem_Malloc((size_t)size + 1);
    if (!made) return PyErr_NoMemory();
    PyObject *told = ascii_of(made, make_plain(PyUnicode_DATA(text), size, made));
    PyMem_Free(made);
    return told;
}
