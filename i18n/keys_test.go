package i18n_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"hoten/app/directories"
	_ "hoten/app/directories/kinds"
	"hoten/app/outside"
	"hoten/app/points"
	_ "hoten/app/points/bybatch"
	_ "hoten/app/points/overhttp"
	"hoten/app/webhooks"
	"hoten/i18n"
)

// dynamic lists the keys that sources put together from a prefix and a value:
// t(ctx, "cases.status."+status). A prefix that is not here is refused, and
// every value must have its words. Codes of faults need no entry: they are
// found where the faults are made.
var dynamic = map[string][]string{
	"form.character.":               strings.Fields("U+0000 U+0009 U+000A U+000D U+00AD U+200B U+200C U+200D U+200E U+200F U+2028 U+2029 U+202A U+202B U+202C U+202D U+202E U+2060 U+2066 U+2067 U+2068 U+2069 U+FEFF U+FFFD"),
	"audit.action.":                 verbs(),
	"audit.about.":                  {"list", "reconciliation", "directory", "order", "points", "leg", "cti", "bulletin", "bulletins", "calls", "question", "questions", "script", "case", "reimbursement", "reimbursements", "mail", "mails", "staff", "desk", "incident", "import", "service", "program", "operator", "id", "token", "policies", "setup", "installation", "members", "cases", "audit", "webhook", "contact", "call", "handover", "callback"},
	"audit.scope_of.":               {"*"},
	"audit.scope.":                  {"own", "desk", "center"},
	"bulletins.none.":               {"in_force", "coming", "past"},
	"bulletins.state.":              {"in_force", "coming", "past"},
	"callbacks.channel.":            {"mail", "letter"},
	"callbacks.next.":               {"mail", "letter"},
	"callbacks.outcome.":            {"reached", "no_answer", "voicemail", "busy", "wrong_number"},
	"callbacks.outside.":            {"calling_hours", "desk_hours"},
	"callbacks.state.":              {"open", "done", "dropped", "exhausted"},
	"callbacks.view.":               {"mine", "desk", "all", "overdue", "closed"},
	"calls.code.":                   {"sending", "sent"},
	"calls.direction.":              {"inbound", "outbound"},
	"calls.item.":                   {"name", "birth_date", "address", "phone", "customer_number"},
	"calls.level.":                  {"code", "documents", "contact_waits", "not_entitled", "means.0", "means.1", "means.2", "means.3"},
	"calls.outcome.":                {"verified", "mismatch", "unable", "impostor_suspected", "handed_over"},
	"calls.handover.":               {"here", "in_call", "away", "declined", "expired"},
	"calls.index.none.":             {"open", "name", "ringing", "no_incident"},
	"calls.relation.":               {"self", "family", "proxy", "guardian", "corporate", "relay"},
	"calls.documents.for.":          {"proxy", "guardian", "corporate"},
	"calls.documents.by.":           {"proxy", "guardian", "corporate"},
	"calls.script.":                 {"greeting", "identify", "verify", "verify_of_holder", "more", "more_of_holder", "name", "name_of_holder", "others", "others_of_holder", "send_code", "call_back", "call_back_later", "on_number", "code", "confirmed", "restricted", "in_use", "published", "holder_only", "papers_first.proxy", "papers_first.guardian", "papers_first.corporate", "offer_reset", "reset", "reset_sent", "no_contact", "contact_waits", "no_reset", "points", "put_back", "checking", "no_action", "mailed", "lettered", "restored", "reimbursed", "mismatch", "unable", "suspected", "again", "closed", "callback", "farewell"},
	"cli.setup.set.":                {"operator", "id", "directory", "program", "points", "desk", "incident", "service"},
	"cli.does.":                     {"serve", "demo", "migrate", "setup", "staff_add", "token_create", "import", "release", "audit_verify", "version"},
	"cli.flag.":                     {"points", "token_scope", "token_days", "addr", "data_dir", "database_url", "smtp_url", "mail_from", "base_url", "trusted_proxies", "lang", "allow_demo", "example", "email", "name", "name_en", "role", "desk", "language", "password_stdin", "staff", "token_name", "incident", "affected", "movements", "dry_run", "mails", "reason"},
	"cli.wrong.":                    {"api_rate", "mail_from_missing", "mail_from", "smtp_url", "allow_demo", "webhooks_private", "training", "training_mailing", "training_mailed", "database_url", "database_silent", "addr", "addr_taken", "base_url", "proxies", "data_dir"},
	"confirm.about.":                {"approvals", "proposals", "notices", "impostor"},
	"confirm.count.":                {"approvals", "proposals", "notices"},
	"confirm.approvals.":            {"posted", "letters", "second"},
	"confirm.left.":                 {"settled", "own", "given", "unseen", "changed"},
	"confirm.count_done.":           {"proposals", "notices"},
	"confirm.do.":                   {"approvals", "proposals", "notices", "impostor"},
	"confirm.do_cost.":              {"approvals", "proposals"},
	"confirm.do_moves.":             {"approvals", "proposals"},
	"confirm.do_part_cost.":         {"approvals"},
	"confirm.do_part_moves.":        {"approvals"},
	"confirm.follows.":              {"approvals", "proposals", "notices", "impostor"},
	"confirm.results.":              {"proposals", "notices", "assigned", "moved", "undone"},
	"confirm.title.":                {"approvals", "proposals", "notices", "impostor"},
	"confirm.language.":             {"ja", "en"},
	"cases.age.":                    {"0", "1", "4", "8"},
	"cases.column.":                 {"name", "class", "status", "identity", "reimbursement", "assignee", "changed"},
	"incidents.passed_over.":        {"balance_unknown", "double_undecided", "pending_elsewhere"},
	"cases.queue.":                  {"mine", "desk", "unassigned", "overdue", "callbacks", "approval", "returned", "unreachable", "letter", "stalled", "impostor", "contact", "balance_missing", "double", "correction"},
	"cases.class.":                  {"A", "B", "C", "D"},
	"cases.contact.barred.":         {"depends_on_id", "depends_on_other", "changed_in_incident", "undeliverable", "in_doubt", "replaced"},
	"cases.contact.told.":           {"mail", "letter"},
	"cases.contact.told_undone.":    {"mail", "letter"},
	"cases.letter.about.":           {"restriction", "contact_changed", "contact_undone", "result"},
	"cases.contact.kind.":           {"email", "phone", "letter"},
	"cases.event.":                  {"opened", "release_ordered", "not_released", "not_restricted", "password_not_set", "note", "status", "status_undone", "assigned", "assigned_undone", "assigned_to", "assigned_nobody", "adjustment_undone", "added", "call_started", "call_concluded", "call_ended", "call_hung_up", "code_sent", "handover_offered", "handover_withdrawn", "handover_declined", "handover_expired", "handed_over", "verification_reopened", "verified_void", "impostor_cleared", "representative", "representative_withdrawn", "contact_proposed", "contact_set", "contact_refused", "contact_withdrawn", "contact_undone", "contact_undone_told", "revealed", "notified", "unreachable", "notice_misled", "result_misled", "change_misled", "mail_counts", "reachable", "letter_sent", "letter_sent_about", "mail_not_sent", "mail_not_sent_withheld", "mail_again", "mail_was_kept", "mail_moved", "link_sent", "resumed", "released", "restricted_again", "restricted_elsewhere", "finding", "own_doubted", "finding_unverified", "adjustment", "double_decided", "cancels_exceeded", "balance_missing", "balance_stated", "double", "correction", "late_fact", "late_fact_other", "proposed", "proposed_undo", "approved", "approved_undo", "returned", "returned_undo", "returned_undone", "rejected", "withdrawn", "withdrawn_undo", "posted", "posted_voided", "approvals_voided", "approval_reminded", "approval_escalated", "callback_promised", "callback_dialled", "callback_attempted", "callback_moved", "callback_dropped", "callback_exhausted", "impostor_upheld", "posted_undo"},
	"cases.by.":                     {"number", "login", "login_start", "email", "email_start", "phone", "phone_start", "phone_end", "customer_number", "name", "kana"},
	"frame.search.rule.":            {"check_digit", "length", "unknown", "one_character", "digits", "phone", "last_digits", "start", "customer"},
	"cases.double.":                 {"open", "real", "double"},
	"cases.points_open.":            {"balance_missing", "double", "correction"},
	"cases.points_open.correction.": {"proposed", "changed", "adjusted"},
	"form.problems.":                {"completed", "out_of_scope"},
	"cases.finding.":                {"suspected", "confirmed", "own", "none"},
	"cases.restricted_again.":       {"contact", "decision", "loss", "papers"},
	"cases.identity.":               {"restricted", "link_sent", "resumed"},
	"cases.movement.":               {"transfer", "exchange", "cancel", "earn"},
	"cases.status.":                 {"new", "in_progress", "awaiting_customer", "callback_due", "awaiting_approval", "on_hold", "completed", "reopened", "out_of_scope"},
	"cases.proposal.by.":            {"returned", "rejected", "withdrawn", "undone"},
	"cases.step.":                   {"notice", "verification", "reset", "reimbursement", "completion"},
	"cases.step.undone.":            {"notice", "verification", "reset", "reimbursement"},
	"cases.step.state.":             {"done", "now", "later", "skipped"},
	"cases.timeline.kind.":          {"note", "call", "verification", "reset", "points", "mail", "status"},
	"desks.holiday.":                {"new_year", "coming_of_age", "foundation", "emperor", "vernal_equinox", "showa", "constitution", "greenery", "children", "marine", "mountain", "aged", "autumnal_equinox", "health_sports", "sports", "culture", "labor", "enthronement", "enthronement_ceremony", "substitute", "citizens"},
	"desks.rule.":                   {"name_ja", "name_en", "phone", "topics", "hours", "closed_on_holidays", "closed_yearly", "exceptions"},
	"desks.say.":                    {"open", "later", "ended", "closed", "unknown"},
	"desks.weekday.":                {"0", "1", "2", "3", "4", "5", "6"},
	"desks.wrong.":                  {"open", "later", "ended", "closed", "unknown"},
	"desks.why.":                    {"exception", "year_end", "yearly", "weekend", "weekday", "extended", "special"},
	"directories.":                  directoryWords(),
	"points.":                       pointsWords(),
	"points.code.":                  {"insufficient_balance", "account_closed", "unknown_program", "key_conflict", "unknown_id", "not_able", "refused", "unwritable"},
	"points.file.state.":            {"cut", "sent", "late", "missing", "answered", "rejected"},
	"points.file.help.":             {"cut", "sent", "late", "missing", "answered", "rejected"},
	"points.answer.":                {"taken", "again", "refused"},
	"points.source.":                {"console", "api", "folder"},
	"points.row.outcome.":           {"done", "refused", "not_done", "by_hand", "sent", "missing"},
	"reconciliations.state.":        {"missing", "open", "prepared", "signed", "again", "unsigned"},
	"reconciliations.kind.":         {"missing_there", "missing_here", "unknown_key", "amount", "account", "program", "twice", "reference", "far_day", "day"},
	"reconciliations.likely.":       {"done_by_hand", "near_midnight", "believed", "answer_lost", "refused_here", "dropped_here", "done_since", "by_hand_there", "unknown_key", "amount", "account", "program", "twice", "reference", "far_day", "day"},
	"reconciliations.cause.":        {"boundary", "theirs", "ours", "by_hand", "elsewhere", "mended", "other"},
	"reconciliations.source.":       {"http", "file"},
	"points.leg.":                   {"waiting", "uncertain", "done", "refused", "dropped"},
	"directories.act.":              {"restrict", "set_password", "release", "void_point_password", "one_time_password_on", "one_time_password_off"},
	"directories.check.":            {"layout", "program", "settings", "connect", "tls", "sign_in", "ldap_password_modify", "ldap_ppolicy", "ldap_policy", "ldap_base", "ldap_entries", "ldap_rights", "keycloak_rights", "keycloak_users", "keycloak_attributes", "webhook_acts", "scim_users", "scim_config", "kratos_identities", "balance"},
	"directories.code.":             {"unknown_id", "password_refused", "not_able", "refused", "too_late", "overtaken"},
	"directories.order.":            {"done", "dropped", "waiting", "uncertain", "refused"},
	"directories.state.":            {"failing", "refused", "answering", "checked", "untried"},
	"webhooks.kind.":                webhooks.Kinds,
	"webhooks.disabled.":            {"person", "gone", "failing"},
	"webhooks.state.":               {"working", "untried", "retrying", "gone", "failing", "person"},
	"webhooks.delivery.":            {"waiting", "done", "given_up"},
	"tokens.scope.":                 {"read_cases", "work_cases", "reveal", "propose", "decide", "supervise", "manage_incidents", "post_bulletins", "edit_scripts", "manage_staff", "read_settings", "read_staff", "read_audit_own", "read_audit_desk", "read_audit_center"},
	"cti.state.":                    {"heard", "silent", "unknown", "refused", "revoked"},
	"flash.":                        {"webhook_changed", "webhook_disabled", "webhook_enabled", "webhook_tested", "webhook_replayed", "directory_checked", "directory_order_again", "directory_order_done", "bulletin_posted", "bulletin_confirmed", "bulletin_withdrawn", "password_changed", "added_to_incident", "adjustment_added", "approved.next", "approved.last", "callback_attempted", "callback_dropped", "callback_exhausted", "callback_moved", "callback_promised", "callback_reached", "call_concluded", "call_voided", "call_ended", "call_offered", "case_completed", "restricted", "call_offer_withdrawn", "call_taken_over", "call_declined", "case_changed", "case_found", "case_opened", "case_taken", "none_waiting", "view_dropped", "view_saved", "cases_proposed", "code_sent", "finding_recorded", "double_decided", "hours_set", "desk_added", "desk_unchanged", "impostor_cleared", "incident_created", "incident_changed", "installation_discarded", "installation_released", "installation_released_empty", "mails_kept_queued", "mails_resumed", "setup_set", "setup_unchanged", "link_sent", "mail_queued", "note_saved", "handover_saved", "notice_queued", "notices_queued", "notices_queued_some", "policies_set", "proposed", "rejected.next", "rejected.last", "released", "representative_recorded", "representative_withdrawn", "contact_proposed", "contact_set", "contact_refused", "letter_recorded", "contact_withdrawn", "contact_undone", "returned.next", "returned.last", "service_changed", "service_resumed", "service_set", "service_voided", "staff_changed", "token_revoked", "unreachable", "verification_reopened", "withdrawn", "script_changed", "script_unchanged", "question_set", "question_withdrawn", "question_unchanged", "case_undone", "adjustment_undone", "cti_disconnected", "cti_dialling", "code_sent_kept", "link_sent_kept", "notice_queued_kept", "notices_queued_kept", "notices_queued_some_kept", "impostor_upheld", "hours_of_day", "hours_of_days", "sent_before", "undo_proposed", "point_file_cut", "point_result_taken", "point_result_again", "directory_order_not_done", "statement_taken", "statement_same", "difference_explained", "reconciliation_prepared", "reconciliation_signed", "reconciliation_returned"},
	"imports.format.":               {"login_id", "name", "name_kana", "birth_date", "phone", "email", "email_registered_on", "postal_code", "address", "customer_number", "language", "restricted_at", "balance", "movement_id", "occurred_at", "kind", "from_program", "to_program", "partner", "points", "points_received", "refers_to", "fraud", "key", "account", "program", "reference", "done_at", "points_moved"},
	"imports.template.":             {"affected", "movements"},
	"imports.error.":                {"header", "internal", "interrupted", "too_many_refused"},
	"imports.notice.":               {"leading_zeros_lost", "other_sheets_ignored", "ids_known", "ids_restricted", "member_data_differs", "balances_differ"},
	"errors.help.":                  {"forbidden", "not_found", "conflict", "address", "invalid", "refused", "unavailable", "internal"},
	"errors.title.":                 {"forbidden", "not_found", "conflict", "address", "invalid", "refused", "unavailable", "internal"},
	"fault.":                        faults,
	"fault.field.":                  append(fieldFaults, resultFaults...),
	"frame.rail.":                   {"training", "calls", "callbacks", "cases", "reimbursements", "incidents", "bulletins", "reports", "mails", "imports", "desks", "services", "audit", "staff", "setup", "scripts"},
	"frame.size.":                   {"standard", "large", "largest"},
	"frame.theme.":                  {"auto", "light", "dark"},
	"installation.mails.":           {"discard", "send"},
	"imports.":                      {"affected", "movements"},
	"imports.download.":             {"affected", "movements"},
	"jobs.state.":                   {"running", "done", "failed"},
	"language.":                     {"ja", "en"},
	"services.then.":                {"suspended", "point_password"},
	"setup.do.":                     {"operator", "id", "program", "desk", "staff", "incident", "import"},
	"setup.first.":                  {"operator", "id", "program", "incident"},
	"setup.help.":                   {"operator", "id", "program", "desk", "staff", "mail", "incident", "import"},
	"setup.in.":                     {"ja", "en"},
	"setup.step.":                   {"operator", "id", "program", "desk", "staff", "mail", "incident", "import"},
	"audit.group.":                  {"calls", "cases", "resets", "reimbursements", "incidents", "mails", "desks", "staff", "setup", "exports"},
	"audit.is.":                     {"true", "false"},
	"audit.item.":                   {"code", "callback"},
	"audit.field.": {"answer", "moved", "credit", "debit", "sha256", "file_rejected", "rows_done", "rows_refused", "rows_missing", "address", "delivery", "kinds", "why", "permissions", "settings", "directory", "secrets", "failing", "act", "orders", "protocol", "training", "extension", "dialling", "view", "flag", "band", "late", "columns", "adjustment", "mark", "undo", "age", "order", "withdrawn", "from_on", "until_on", "subject_ja", "subject_en", "text_ja", "text_en", "change", "verified_call", "balances", "state", "status", "approvals", "approvals_needed", "needed", "lines", "case", "transfer", "filters", "changed", "queue", "searched", "action", "actor", "subject", "programs", "reimbursement", "alarm_minutes", "key", "legs", "undoes", "undone_by", "rows", "source", "cause", "content", "differences", "unexplained",
		"assignee", "call", "code", "count", "day", "desk", "direction", "due", "from", "to", "hours", "incident", "item", "job", "level", "match", "movement", "name", "note", "outcome", "points", "program", "relation", "substitute", "origin", "class", "verified",
		"answer_en", "answer_ja", "question_en", "question_ja", "text_en", "text_ja", "topic", "accepted", "addresses", "again", "agent", "attempts", "bearers", "callback", "closed_on_holidays", "closed_yearly", "contact", "created_at", "daily_limits", "despite", "detected_on", "disabled", "domains", "dry_run", "escalate_hours", "exceptions", "expires_at", "failed_attempts", "file", "form", "found", "from_at", "goes_on_en", "goes_on_ja", "handover", "happened_en", "happened_ja", "id", "id_kind_id", "identities", "identity_state", "ids", "ignored", "impostor", "kind", "language", "languages", "mail_address", "mails", "movement_id", "name_en", "name_ja", "of_call", "one_time_password", "opens_en", "opens_ja", "page_en", "page_ja", "page_url", "password", "period_from", "period_to", "phone", "place", "point_password", "point_password_en", "point_password_ja", "program_id", "proposed_by", "queued", "reference", "refusal", "refused_rows", "rejected", "released_exchanged", "released_ids", "released_on", "remind_hours", "reset_minutes", "resets_per_day", "respond_minutes", "role", "scope", "sender_en", "sender_ja", "service", "set_at", "set_by", "short_en", "short_ja", "signature_en", "signature_ja", "stopped_at", "substitutes", "thresholds", "title_en", "title_ja", "topics", "unit_en", "unit_en_one", "unit_ja", "unreachable", "until_at", "unusual_percent", "upload_megabytes", "variant", "verification", "version", "voided_at", "waiting", "words", "wrong_answers"},
	"training.question.":  {"login", "name", "birth_date", "phone", "customer_number", "address", "mailbox", "code", "arrived", "farewell"},
	"training.opens.":     {"honest", "forgetful", "thief"},
	"training.character.": {"honest", "forgetful", "thief"},
	"training.good.":      {"right_case", "level2", "link_sent", "unsuspected", "not_cut_off", "asked_another", "not_verified", "suspected", "no_link", "no_contact", "noted"},
	"training.bad.":       {"right_case", "level2", "link_sent", "unsuspected", "not_cut_off", "asked_another", "not_verified", "suspected", "no_link", "no_contact", "noted"},
	"training.says.": {"honest.login", "honest.name", "honest.birth_date", "honest.phone", "honest.customer_number", "honest.address", "honest.mailbox", "honest.code", "honest.arrived", "honest.not_arrived", "honest.farewell",
		"forgetful.customer_number", "forgetful.phone", "forgetful.address",
		"thief.name", "thief.birth_date", "thief.phone", "thief.customer_number", "thief.address", "thief.mailbox", "thief.code", "thief.arrived", "thief.farewell"},
	"audit.value.":                  {"accepted", "active", "affected", "confirmed", "declined", "discard", "expired", "listed", "movements", "offered", "proposed", "refused", "restricted", "send", "set", "undone", "voided", "withdrawn"},
	"list.":                         {"or", "and"},
	"calls.variant.":                {"character", "order", "spelling"},
	"calls.variant.ask.":            {"character", "order", "spelling"},
	"calls.script.in.":              {"ja", "en"},
	"mails.kind.":                   {"restriction_notice", "verification_code", "reset_link", "reset_completed", "contact_changed", "contact_undone", "reimbursement_completed", "reimbursement_corrected", "case_closed", "all_holders"},
	"mails.reason.":                 {"unwritten", "expired", "stopped", "doubtful", "overtaken", "discarded", "relay", "unknown", "filtered", "full", "suspended", "rejected", "throttled", "network", "undetermined"},
	"mails.state.":                  {"queued", "sent", "kept", "failed", "bounced", "withheld"},
	"policies.number.":              {"level1_items", "level2_items", "wrong_per_call", "failed_per_day", "wrong_per_day", "valid_minutes", "code_minutes", "code_tries", "code_interval_seconds", "codes_per_call", "codes_per_day", "reset_minutes", "resets_per_day", "respond_minutes", "unusual_percent", "remind_hours", "escalate_hours", "refused_rows", "upload_megabytes"},
	"reimbursements.result.":        {"refused", "awaiting", "posted", "open"},
	"reimbursements.line.":          {"rollback", "reimburse", "absorb", "adjust"},
	"reimbursements.needed.":        {"threshold", "adjustment"},
	"reimbursements.rejection.":     {"own_use", "duplicate", "amount_differs", "out_of_period", "cancelled"},
	"reimbursements.state.":         {"submitted", "approved", "returned", "rejected", "withdrawn", "posted", "undone"},
	"reimbursements.flag.":          {"undo", "correction", "double", "unusual_amount", "above_usual", "adjusted", "own_unverified", "own_use", "contact_changed"},
	"reimbursements.flag_above.":    {"unusual_amount", "above_usual"},
	"reimbursements.why_above.":     {"unusual_amount", "above_usual"},
	"reimbursements.why.":           {"undo", "correction", "double", "unusual_amount", "above_usual", "adjusted", "own_unverified", "own_use", "contact_changed"},
	"reports.step.":                 {"proposed", "approved", "returned", "rejected", "withdrawn", "posted"},
	"scripts.part.":                 {"greeting", "identify", "callback", "verify", "verify_of_holder", "more", "more_of_holder", "others", "others_of_holder", "name", "name_of_holder", "send_code", "code", "call_back", "call_back_later", "on_number", "again", "mismatch", "unable", "closed", "suspected", "published", "holder_only", "confirmed", "restricted", "offer_reset", "reset", "reset_sent", "no_contact", "contact_waits", "no_reset", "in_use", "points", "put_back", "checking", "no_action", "mailed", "lettered", "farewell", "papers_first.proxy", "papers_first.guardian", "papers_first.corporate"},
	"scripts.part.papers_first.":    {"proxy", "guardian", "corporate"},
	"scripts.placeholder.":          {"agent", "day", "desk", "how", "minutes", "unit"},
	"scripts.sample.":               {"agent", "day", "desk", "how", "minutes", "unit"},
	"scripts.step.":                 {"opening", "verification", "refusal", "entitlement", "reset", "points", "closing"},
	"services.":                     {"registration", "exchange", "transfer"},
	"services.state.":               {"suspended", "point_password"},
	"services.say.suspended.":       {"registration", "exchange", "transfer"},
	"services.say.suspended_until.": {"registration", "exchange", "transfer"},
	"services.say.point_password.":  {"registration", "exchange", "transfer"},
	"staff.role.":                   {"agent", "supervisor", "center_manager", "administrator", "auditor"},
	"staff.state.":                  {"active", "invited", "disabled"},
	"unit.":                         {"cases", "ids", "rows", "mails", "requests"},
}

// verbs are those of docs/verbs.md, which is made of all there are (app/verbs_doc_test.go).
func directoryWords() (words []string) {
	for _, k := range directories.Kinds() {
		words = append(words, kindWords(k.Name, k.Settings)...)
	}
	return words
}

func pointsWords() (words []string) {
	for _, k := range points.Kinds() {
		words = append(words, kindWords(k.Name, k.Settings)...)
	}
	return words
}

// kindWords are the words of a kind of systems outside and of its settings.
func kindWords(kind string, settings []outside.Setting) []string {
	words := []string{kind}
	for _, s := range settings {
		words = append(words, kind+"."+s.Name, kind+"."+s.Name+".hint")
		for _, c := range s.Choices {
			words = append(words, kind+"."+s.Name+"."+c)
		}
	}
	return words
}

func verbs() (names []string) {
	doc, err := os.ReadFile("../docs/verbs.md")
	if err != nil {
		panic(err)
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_.]+)`").FindAllSubmatch(doc, -1) {
		names = append(names, string(m[1]))
	}
	return names
}

// faults are the words of docs/api.md; what the sources make beside them is found there.
var faults = []string{
	"unauthenticated", "forbidden", "not_found", "conflict", "invalid", "too_large", "rate_limited", "internal", "csrf",
	"verification_required", "verification_closed", "self_approval", "already_decided", "plan_changed", "impostor_suspected",
}

// fieldFaults are the import reasons of docs/api.md, which are data and no literals
// in a call.
var fieldFaults = []string{
	"login_id_missing", "login_id_unknown", "birth_date_invalid", "balance_negative", "balance_not_integer", "email_invalid",
	"language_unknown", "duplicate_conflict", "points_not_positive", "points_too_large", "kind_unknown", "program_unknown", "program_not_involved",
	"occurred_at_invalid", "outside_incident_window", "refers_to_unknown", "cancel_before_exchange", "date_in_future", "undecodable", "column_missing",
}

// resultFaults are why result files of point systems are refused, which are kept as data.
var resultFaults = []string{
	"result_undecodable", "result_csv", "result_fields", "result_length", "result_number", "result_head", "result_tail", "result_tail_missing", "result_type",
	"result_status", "result_rejected", "result_rejected_late", "result_code", "result_other", "result_too_large", "result_system", "result_of_other_file", "result_file_unknown",
	"result_layout", "result_order", "result_sequence", "result_differs", "result_row_unknown", "result_row_twice", "result_row_answered",
}

// use is a key in the sources with the arguments it is given; nil: not known.
type use struct {
	key  string
	args []string
	at   string
}

// TestKeys holds the words against the sources, in both directions.
func TestKeys(t *testing.T) {
	uses, words := sources(t)
	used := map[string]bool{}
	for _, u := range uses {
		used[u.key] = true
		for _, lang := range i18n.Langs {
			if !i18n.Has(lang, u.key) {
				t.Errorf("%s: %q is missing in %s", u.at, u.key, lang)
			} else if missing := minus(i18n.Holes(lang, u.key), u.args); u.args != nil && len(missing) > 0 {
				t.Errorf("%s: %q in %s wants %v", u.at, u.key, lang, missing)
			}
		}
		if u.args != nil && strings.HasPrefix(u.key, "fault.") {
			continue // a fault may tell more than its sentence says
		}
		if extra := minus(u.args, append(i18n.Holes("ja", u.key), i18n.Holes("en", u.key)...)); len(extra) > 0 {
			t.Errorf("%s: %q says nothing of %v", u.at, u.key, extra)
		}
	}
	for _, lang := range i18n.Langs {
		for _, key := range i18n.Keys(lang) {
			prefix, last := key[:strings.LastIndex(key, ".")+1], key[strings.LastIndex(key, ".")+1:]
			if strings.HasPrefix(key, "fault.") && words[last] {
				continue
			}
			if !used[key] && !slices.Contains(dynamic[prefix], last) {
				t.Errorf("%q in %s is used nowhere", key, lang)
			}
		}
	}
}

// TestLanguagesAgree: the same keys with the same placeholders.
func TestLanguagesAgree(t *testing.T) {
	for _, key := range slices.Concat(i18n.Keys("ja"), i18n.Keys("en")) {
		for _, lang := range i18n.Langs {
			if !i18n.Has(lang, key) {
				t.Errorf("%q is missing in %s", key, lang)
			}
		}
		if ja, en := i18n.Holes("ja", key), i18n.Holes("en", key); !slices.Equal(ja, en) {
			t.Errorf("%q: placeholders %v in ja, %v in en", key, ja, en)
		}
	}
}

// never are words that docs/domain.md section 9 rules out, and second words for what has one.
var never = regexp.MustCompile(`監査記録|事業者|続柄|引継ぎ|ポリシー|わかる|もう1名|取り込みファイル|お客様|補塡|チケット|ケース|ユーザー|ロールバック|返金|賠償|利用停止|凍結|検証|解決済|ペンディング|否認|流出|することができ|認証成功|認証失敗`)

func TestJapaneseWords(t *testing.T) {
	for _, key := range i18n.Keys("ja") {
		if bad := never.FindString(i18n.Raw("ja", key)); bad != "" {
			t.Errorf("%q says %s", key, bad)
		}
	}
}

// halfWidth is a mark of Latin texts beside Japanese writing.
var halfWidth = regexp.MustCompile(`[\p{Hiragana}\p{Katakana}\p{Han}] ?[,:;!?()]|[,:;!?()] ?[\p{Hiragana}\p{Katakana}\p{Han}]`)

func TestJapanesePunctuation(t *testing.T) {
	for _, key := range i18n.Keys("ja") {
		if bad := halfWidth.FindString(strings.ReplaceAll(i18n.Raw("ja", key), "#REF!", "")); bad != "" {
			t.Errorf("%q says %q", key, bad)
		}
	}
}

// neverEnglish are second words for what has one (email, customer, duplicate, phone),
// British spellings beside the American ones, and marks of Japanese texts.
var neverEnglish = regexp.MustCompile(`\b[Mm]ails?\b|\b[Mm]embers?\b|\b[Tt]elephones?\b|\b[Dd]oubles?\b|\b[Aa]new\b|[Cc]ancelled|[Aa]uthoris|[Aa]pologis|\b[Cc]entre|[Bb]irth date|per a |[Pp]ractis|any more\b|[■※’]`)

// meantEnglish is where one of them is the word, or none: placeholders and addresses.
var meantEnglish = regexp.MustCompile(`\{\{[^}]*\}\}|smtp://\S+|[Mm]ail (server|relay)|staff members?|members? of staff|Double braces`)

func TestEnglishWords(t *testing.T) {
	for _, key := range i18n.Keys("en") {
		if bad := neverEnglish.FindString(meantEnglish.ReplaceAllString(i18n.Raw("en", key), "")); bad != "" {
			t.Errorf("%q says %q", key, bad)
		}
	}
}

// sources reads every Go file of ui, app and cmd, the generated pages among
// them. words are the string literals of app that look like stable words:
// codes that travel as data.
func sources(t *testing.T) (uses []use, words map[string]bool) {
	t.Helper()
	words = map[string]bool{}
	for _, prefix := range slices.Sorted(maps.Keys(dynamic)) {
		for _, value := range dynamic[prefix] {
			uses = append(uses, use{key: prefix + value, at: "the list of " + prefix})
		}
	}
	for _, dir := range []string{"../ui", "../app", "../cmd"} {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if os.IsNotExist(err) || err == nil && entry.IsDir() && entry.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err != nil {
				return err
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, source, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(node ast.Node) bool {
				switch n := node.(type) {
				case *ast.CallExpr:
					u, err := useOf(n, dir)
					if err != nil {
						t.Errorf("%s: %v", fset.Position(n.Pos()), err)
					}
					for i := range u {
						u[i].at = fset.Position(n.Pos()).String()
					}
					uses = append(uses, u...)
				case *ast.BasicLit:
					if s, err := strconv.Unquote(n.Value); err == nil && dir == "../app" && word.MatchString(s) {
						words[s] = true
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return uses, words
}

var word = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

// useOf reads one call: a message, a number with its unit, or a fault.
func useOf(call *ast.CallExpr, dir string) ([]use, error) {
	switch name := called(call); {
	case (name == "t" && dir == "../ui" || name == "i18n.T") && len(call.Args) >= 2:
		return message(call.Args[1], call.Args[2:], call.Ellipsis.IsValid())
	case (name == "count" && dir == "../ui" || name == "i18n.Count") && len(call.Args) == 3:
		unit, ok := literal(call.Args[1])
		if !ok {
			return nil, fmt.Errorf("a unit must be a literal")
		}
		return []use{{key: "unit." + unit}}, nil
	case name == "fault.New" && len(call.Args) >= 2:
		if code, ok := literal(call.Args[1]); ok {
			return []use{{key: "fault." + code, args: names(call.Args[2:])}}, nil
		}
	case (name == "fault.Input" || strings.HasSuffix(name, ".Add")) && len(call.Args) >= 2:
		code, ok := literal(call.Args[1])
		if ok && word.MatchString(code) && dir == "../app" {
			return []use{{key: "fault.field." + code, args: names(call.Args[2:])}}, nil
		}
	}
	return nil, nil
}

func message(key ast.Expr, args []ast.Expr, ellipsis bool) ([]use, error) {
	if s, ok := literal(key); ok {
		u := use{key: s}
		if !ellipsis {
			u.args = names(args)
		}
		return []use{u}, nil
	}
	sum, ok := key.(*ast.BinaryExpr)
	if !ok {
		return nil, fmt.Errorf("a key must be a literal, or a literal prefix and a value")
	}
	prefix, ok := literal(sum.X)
	if _, known := dynamic[prefix]; !ok || !known {
		return nil, fmt.Errorf("the prefix %q is not in the list of dynamic keys", prefix)
	}
	return nil, nil
}

func called(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name + "." + f.Sel.Name
		}
		return "." + f.Sel.Name
	}
	return ""
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func names(args []ast.Expr) []string {
	out := []string{}
	for i := 0; i < len(args); i += 2 {
		if s, ok := literal(args[i]); ok {
			out = append(out, s)
		}
	}
	return out
}

func minus(a, b []string) (left []string) {
	for _, s := range a {
		if !slices.Contains(b, s) {
			left = append(left, s)
		}
	}
	return left
}
