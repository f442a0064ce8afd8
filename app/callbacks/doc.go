// Package callbacks is the 折り返し: a time at which a member was promised a call,
// and what became of it (docs/domain.md sections 3 and 4).
//
// A case has at most one open callback. It goes to the registered phone, which
// is looked up when it is needed and shown masked; a case without one that may be
// called gets none. The time lies ahead, within the desk's opening hours and
// before 21:00, unless the member wishes otherwise, which whoever promises says
// (despite); the same holds for an attempt. The third attempt that reaches nobody
// ends the callback, and the case goes on by mail, else by letter.
//
//	open ──reached──▶ done
//	     ──third unsuccessful attempt──▶ exhausted
//	     ──Drop──▶ dropped
//
// A promise moves the case to callback_due where its table lets it, and the end
// of the callback moves it back to in_progress.
package callbacks
