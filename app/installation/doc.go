// Package installation tells the database from its copies. A backup that was restored,
// a database that was cloned or a data folder that was copied holds mails that the
// original may send as well; until a person releases it, it sends none and acts on no
// outside system.
package installation
