package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
)

// unpack writes every file of an archive into a new directory: for an archive of several images, from which the caller chooses.
func unpack(archiveName, directoryName string, allowed limits) (err error) {
	opened, err := openArchive(archiveName)
	if err != nil {
		return err
	}
	defer opened.close()
	target, err := emptyDirectory(directoryName)
	if err != nil {
		return err
	}
	defer target.Close()
	spending := &budget{limits: allowed}
	for _, name := range slices.Sorted(maps.Keys(opened.entries)) {
		place := opened.entries[name]
		if err := spending.spendBytes(place.size); err != nil {
			return err
		}
		if err := target.MkdirAll(path.Dir(name), 0o755); err != nil {
			return fmt.Errorf("cannot write %s: %w", printablePath(name), err)
		}
		file, err := target.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return fmt.Errorf("cannot write %s: %w", printablePath(name), err)
		}
		_, copyErr := io.Copy(file, opened.open(place))
		if err := errors.Join(copyErr, file.Close()); err != nil {
			return fmt.Errorf("cannot write %s: %w", printablePath(name), err)
		}
	}
	return nil
}

// pack writes the named parts of a directory into a new archive, which depends only on names and bytes.
func pack(directoryName, archiveName string, parts []string) error {
	source, err := os.OpenRoot(directoryName)
	if err != nil {
		return fmt.Errorf("expected a directory to pack, cannot open it: %w", err)
	}
	defer source.Close()
	file, err := os.OpenFile(archiveName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("expected a new file for the archive, cannot make it: %w", err)
	}
	writer := tar.NewWriter(file)
	for _, part := range parts {
		err = fs.WalkDir(source.FS(), part, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return packEntry(writer, source, name, entry)
		})
		if err != nil {
			break
		}
	}
	return errors.Join(err, writer.Close(), file.Close())
}

func packEntry(writer *tar.Writer, source *os.Root, name string, entry fs.DirEntry) error {
	if entry.IsDir() {
		return writer.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755, Format: tar.FormatUSTAR})
	}
	if !entry.Type().IsRegular() {
		return fmt.Errorf("expected files and directories to pack, found %q", printablePath(name))
	}
	content, err := source.Open(name)
	if err != nil {
		return err
	}
	defer content.Close()
	info, err := content.Stat()
	if err != nil {
		return err
	}
	// The older format has no size above 8 GiB.
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: info.Size(), Format: tar.FormatGNU}
	if err := writer.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.Copy(writer, content)
	return err
}
