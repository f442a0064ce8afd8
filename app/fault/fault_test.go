package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"hoten/app/fault"
)

func TestFaultsAreFoundInWhatWrapsThem(t *testing.T) {
	f := fault.New(fault.Conflict, "conflict", "by", "x")
	wrapped := fmt.Errorf("saving: %w", errors.Join(errors.New("other"), f))
	if got, ok := fault.As(wrapped); !ok || got != f || !fault.Is(wrapped, "conflict") || fault.Is(wrapped, "invalid") {
		t.Errorf("%v, %v", got, ok)
	}
	for _, err := range []error{nil, errors.New("conflict")} {
		if _, ok := fault.As(err); ok || fault.Is(err, "conflict") {
			t.Errorf("%v passes for a fault", err)
		}
	}
}

func TestProblemsGather(t *testing.T) {
	var p fault.Problems
	if err := p.Err(); err != nil {
		t.Errorf("nothing refused: %v", err)
	}
	p.Add("email", "email_invalid")
	p.Add("name", "too_long", "max", 100)
	f, ok := fault.As(p.Err())
	if !ok || f.Kind != fault.Invalid || f.Code != "invalid" || len(f.Fields) != 2 || f.Fields[1].Args[1] != 100 {
		t.Errorf("%v", f)
	}
	if f.Error() != "invalid email:email_invalid name:too_long" {
		t.Errorf("%q", f.Error())
	}
}
