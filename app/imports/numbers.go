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

// take gives n numbers.
func (n *numbers) take(want int) ([]int64, error) {
	for len(n.left) < want {
		ids, err := store.TakeIDs(store.Read(context.Background(), n.s), n.table, numbersBlock)
		if err != nil {
			return nil, err
		}
		n.left = append(n.left, ids...)
	}
	taken := n.left[:want:want]
	n.left = n.left[want:]
	return taken, nil
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
