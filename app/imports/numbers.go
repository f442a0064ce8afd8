package imports

import (
	"context"

	"hoten/app/store"
)

// numbers hands out row numbers of a table, taken from its sequence in blocks.
type numbers struct {
	s     *store.Store
	table string
	left  []int64
}

const numbersBlock = 5000

func (n *numbers) next() (int64, error) {
	if len(n.left) == 0 {
		ids, err := store.TakeIDs(store.Read(context.Background(), n.s), n.table, numbersBlock)
		if err != nil {
			return 0, err
		}
		n.left = ids
	}
	id := n.left[0]
	n.left = n.left[1:]
	return id, nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func count(tx *store.Tx, table string) (n int64, err error) {
	err = store.Scan(tx.DB, "select count(*) from "+table, nil, &n)
	return n, err
}
