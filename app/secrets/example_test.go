package secrets_test

import (
	"fmt"

	"hoten/app/secrets"
)

func ExampleRefuse() {
	for _, text := range []string{
		"折り返しは7月30日15時、090-0000-8551へ",
		"パスワード：tsukimi-dango-47",
		"確認コードは 482913 とのこと",
		"カード番号 4111 1111 1111 1111",
	} {
		fmt.Println(secrets.Refuse("text", text))
	}
	// Output:
	// <nil>
	// invalid text:secret_password
	// invalid text:secret_one_time
	// invalid text:secret_card
}
