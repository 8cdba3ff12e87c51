package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
)

// sqliteFile reads the tables of an SQLite database file, as far as RPM requires: no index, no journal, no SQL. The format: sqlite.org/fileformat.html.
type sqliteFile struct {
	content  []byte
	pageSize int
	// usable is the page without the bytes that extensions keep at its end.
	usable int
}

var errSQLite = errors.New("expected a whole SQLite database, found one that is damaged")

const (
	sqliteMagic   = "SQLite format 3\x00"
	sqliteHeader  = 100
	interiorTable = 0x05
	leafTable     = 0x0d
)

func openSQLite(content []byte) (*sqliteFile, error) {
	if len(content) < sqliteHeader || !bytes.HasPrefix(content, []byte(sqliteMagic)) {
		return nil, errSQLite
	}
	size := int(binary.BigEndian.Uint16(content[16:]))
	if size == 1 {
		size = 1 << 16
	}
	file := &sqliteFile{content: content, pageSize: size, usable: size - int(content[20])}
	if size < 512 || size&(size-1) != 0 || file.usable < 480 || len(content)%size != 0 {
		return nil, errSQLite
	}
	return file, nil
}

// rootOf finds the first page of a table in the schema, which is itself a table and begins on page 1.
func (f *sqliteFile) rootOf(table string) (int64, error) {
	for row, err := range f.rows(1) {
		if err != nil {
			return 0, err
		}
		if len(row) < 4 {
			return 0, errSQLite
		}
		kind, _ := row[0].([]byte)
		name, _ := row[1].([]byte)
		if root, is := row[3].(int64); is && string(kind) == "table" && string(name) == table {
			return root, nil
		}
	}
	return 0, fmt.Errorf("expected a table %s in the database, found none", table)
}

// rows returns the rows of a table. A value is an int64, bytes (text and blobs), or nil for everything else.
func (f *sqliteFile) rows(root int64) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		seen := map[int64]bool{}
		pages := []int64{root}
		for len(pages) > 0 {
			number := pages[len(pages)-1]
			pages = pages[:len(pages)-1]
			page, header, err := f.page(number)
			if err == nil && seen[number] {
				err = errSQLite
			}
			if err != nil {
				yield(nil, err)
				return
			}
			seen[number] = true
			below, more := f.cells(page, header, yield)
			if !more {
				return
			}
			pages = append(pages, below...)
		}
	}
}

// page returns a page, and where its header begins: the first page has the file's own before it.
func (f *sqliteFile) page(number int64) ([]byte, int, error) {
	if number < 1 || number > int64(len(f.content)/f.pageSize) {
		return nil, 0, errSQLite
	}
	start := (number - 1) * int64(f.pageSize)
	header := 0
	if number == 1 {
		header = sqliteHeader
	}
	return f.content[start : start+int64(f.pageSize)], header, nil
}

// cells passes on the rows of a leaf, or returns the pages below an interior page.
func (f *sqliteFile) cells(page []byte, header int, yield func([]any, error) bool) (below []int64, more bool) {
	kind, count := page[header], int(binary.BigEndian.Uint16(page[header+3:]))
	array := header + 8
	if kind == interiorTable {
		array = header + 12
		below = append(below, int64(binary.BigEndian.Uint32(page[header+8:])))
	}
	if (kind != interiorTable && kind != leafTable) || array+2*count > len(page) {
		return nil, yield(nil, errSQLite) && false
	}
	for index := range count {
		start := int(binary.BigEndian.Uint16(page[array+2*index:]))
		if start+4 > len(page) {
			return nil, yield(nil, errSQLite) && false
		}
		if kind == interiorTable {
			below = append(below, int64(binary.BigEndian.Uint32(page[start:])))
			continue
		}
		row, err := f.row(page[start:])
		if !yield(row, err) || err != nil {
			return nil, false
		}
	}
	return below, true
}

// row reads a cell of a leaf: size, number of the row, and the record, which may continue on pages of its own.
func (f *sqliteFile) row(cell []byte) ([]any, error) {
	size, width := varint(cell)
	_, second := varint(cell[width:])
	if width == 0 || second == 0 || size > uint64(len(f.content)) {
		return nil, errSQLite
	}
	local := f.localSize(int(size))
	rest := cell[width+second:]
	if len(rest) < local {
		return nil, errSQLite
	}
	record := append(make([]byte, 0, size), rest[:local]...)
	if local < int(size) {
		if len(rest) < local+4 {
			return nil, errSQLite
		}
		next := int64(binary.BigEndian.Uint32(rest[local:]))
		for len(record) < int(size) {
			page, _, err := f.page(next)
			if err != nil {
				return nil, err
			}
			next = int64(binary.BigEndian.Uint32(page))
			record = append(record, page[4:4+min(f.usable-4, int(size)-len(record))]...)
		}
	}
	return readRecord(record)
}

// localSize is how much of a record is in the leaf itself.
func (f *sqliteFile) localSize(size int) int {
	most, least := f.usable-35, (f.usable-12)*32/255-23
	if size <= most {
		return size
	}
	if kept := least + (size-least)%(f.usable-4); kept <= most {
		return kept
	}
	return least
}

func readRecord(record []byte) ([]any, error) {
	headerSize, width := varint(record)
	if width == 0 || headerSize > uint64(len(record)) {
		return nil, errSQLite
	}
	types, values := record[width:max(uint64(width), headerSize)], record[headerSize:]
	var row []any
	for len(types) > 0 {
		kind, width := varint(types)
		if width == 0 {
			return nil, errSQLite
		}
		types = types[width:]
		size := uint64(0)
		switch {
		case kind < 7:
			size = [...]uint64{0, 1, 2, 3, 4, 6, 8}[kind]
		case kind == 7:
			size = 8
		case kind >= 12:
			size = (kind - 12) / 2
		}
		if size > uint64(len(values)) {
			return nil, errSQLite
		}
		row = append(row, valueOf(kind, values[:size]))
		values = values[size:]
	}
	return row, nil
}

func valueOf(kind uint64, value []byte) any {
	switch {
	case kind >= 12:
		return value
	case kind == 8 || kind == 9:
		return int64(kind - 8)
	case kind >= 1 && kind <= 6:
		number := int64(0)
		if value[0] >= 0x80 {
			number = -1
		}
		for _, one := range value {
			number = number<<8 | int64(one)
		}
		return number
	default:
		return nil
	}
}

// varint reads SQLite's numbers of one to nine bytes; a width of zero means that there is none.
func varint(content []byte) (uint64, int) {
	var number uint64
	for index := range min(len(content), 9) {
		if index == 8 {
			return number<<8 | uint64(content[index]), 9
		}
		number = number<<7 | uint64(content[index]&0x7f)
		if content[index] < 0x80 {
			return min(number, math.MaxInt64), index + 1
		}
	}
	return 0, 0
}
