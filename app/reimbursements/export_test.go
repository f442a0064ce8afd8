package reimbursements

import "testing"

// RememberFrom lets what is counted be remembered from so many proposals on.
func RememberFrom(t testing.TB, n int) {
	before := rememberedFrom
	rememberedFrom = n
	t.Cleanup(func() { rememberedFrom = before })
}
