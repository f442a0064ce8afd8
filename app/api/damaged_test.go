package api

import "testing"

func TestDamagedFieldsAreNamed(t *testing.T) {
	for in, want := range map[string]string{
		`{"name":"〓","birth_date":"〓","login_id":"m00****@ocn.example","version":9007199254740993}`: `{"birth_date":"〓","damaged":["birth_date","name"],"login_id":"m00****@ocn.example","name":"〓","version":9007199254740993}`,
		`{"items":[{"name":"山○"},{"name":"〓"}],"next":null}`:                                        `{"items":[{"name":"山○"},{"damaged":["name"],"name":"〓"}],"next":null}`,
		`{"member":{"phones":["090-****-0001","〓"]}}`:                                               `{"member":{"damaged":["phones"],"phones":["090-****-0001","〓"]}}`,
		`{"text":"名簿の〓の字"}`:                                                                         `{"text":"名簿の〓の字"}`,
		`{"name":"<b>"}`:                                                                            `{"name":"\u003cb\u003e"}`,
	} {
		if got, err := namingDamage([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", in, got, err, want)
		}
	}
}
