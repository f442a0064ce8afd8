package i18n

import (
	"fmt"
	"strconv"
	"strings"
)

// unmarshalFlat reads the part of TOML that message files use, and refuses all
// else, so that a file stays a plain list that a translator can read:
//
//	# comment
//	"key" = "text"
//	["key"]
//	one = "text"
//	other = "text"
//
// It has the shape that go-i18n wants of an unmarshaler.
func unmarshalFlat(data []byte, v any) error {
	root := map[string]any{}
	table := root
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		var err error
		if line[0] == '[' {
			table, err = openTable(root, line)
		} else {
			err = setText(table, line)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	*v.(*any) = root
	return nil
}

func openTable(root map[string]any, line string) (map[string]any, error) {
	key, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(line, "["), "]"))
	if err != nil {
		return nil, fmt.Errorf("a table is written [\"key\"]: %s", line)
	}
	if _, twice := root[key]; twice {
		return nil, fmt.Errorf("%q stands twice", key)
	}
	table := map[string]any{}
	root[key] = table
	return table, nil
}

func setText(table map[string]any, line string) error {
	left, right, _ := strings.Cut(line, " = ")
	key := left
	if strings.HasPrefix(left, `"`) {
		var err error
		if key, err = strconv.Unquote(left); err != nil {
			return fmt.Errorf("a key is written \"noun.page.word\": %s", line)
		}
	}
	text, err := strconv.Unquote(right)
	if err != nil || key == "" || !strings.HasPrefix(right, `"`) {
		return fmt.Errorf("a message is written \"key\" = \"text\": %s", line)
	}
	if _, twice := table[key]; twice {
		return fmt.Errorf("%q stands twice", key)
	}
	table[key] = text
	return nil
}
