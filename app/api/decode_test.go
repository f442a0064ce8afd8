package api

import "testing"

func TestUndecodable(t *testing.T) {
	for body, want := range map[string]string{
		`{"text":"メモ"}`: "", `{"text":"\ud83d\ude00"}`: "", `{"text":"\\ud800"}`: "", `{"text":"\\\\u0000"}`: "", `{"text":"\u30e1\n\"x\""}`: "", ``: "", `7`: "", "\ufeff{}": "",
		`{"text":"\ud800"}`: "text", `{"text":"\uDC00"}`: "text", `{"text":"\ud83dx"}`: "text", `{"text":"\ude00\ud83d"}`: "text", `{"text":"\ud800\ud800"}`: "text",
		`{"text":"\\\ud800"}`: "text", `{"text":"\u0000"}`: "text", `{"text":"\\\u0000"}`: "text", "{\"text\":\"\x93\xfa\"}": "text", "{\"text\":\"\xed\xa0\x80\"}": "text",
		`{"version":1,"reason":"\ud800","text":"x"}`: "reason", `{"a":{"b":["x",{"c":"y"}]},"reason":"\ud800"}`: "reason", `{"a":{"b":["x",{"c":"\ud800"}]},"reason":"x"}`: "a",
		`{"a":[1,2],"b":true,"c":null,"d":1.5,"reason":"\ud800"}`: "reason", `{"x":"y","\ud800":"x"}`: "body", `["\ud800"]`: "body", `"\ud800"`: "body",
		`{"text":"x"}\ud800`: "text", `{"text":"\u00"}`: "", `{"text":"\`: "", `{"text":"\ud8`: "",
	} {
		got := undecodable([]byte(body))
		if got != want {
			t.Errorf("%q: %q, want %q", body, got, want)
		}
	}
}
