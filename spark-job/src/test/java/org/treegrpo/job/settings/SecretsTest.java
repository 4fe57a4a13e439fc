package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "password",
        "db.passwd",
        "client-secret",
        "AWS_SECRET_ACCESS_KEY",
        "hf-token",
        "authToken",
        "HF_TOKEN",
        "api-key",
        "apiKey",
        "fs.azure.account.key",
        "credentials"
      })
  void aKeyThatIsCalledLikeASecretIsOne(String name) {
    assertThat(Secrets.BY_NAME.isSecret(name)).as(name).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tokenizer", "max-tokens", "token-path", "secret.file", "key", "monkey", "seed"})
  void otherKeysAreNone(String name) {
    assertThat(Secrets.BY_NAME.isSecret(name)).as(name).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          hdfs://me:hunter2@host/run             | hdfs://me:(masked)@host/run
          s3a://ID:a/b+c@bucket/x                | s3a://ID:(masked)@bucket/x
          x://u:p@ss@host/a@b                    | x://u:(masked)@host/a@b
          'hdfs://me:hunter2@host' must be       | 'hdfs://me:(masked)@host' must be
          https://hunter2@host/p                 | https://(masked)@host/p
          hdfs://name:8020/a@b                   | hdfs://name:8020/a@b
          abfss://box@account.host/x             | abfss://box@account.host/x
          treegrpo.x.api-key=hunter2             | treegrpo.x.api-key=(masked)
          { api-key = "hunter 2", b = 1 }        | { api-key = (masked), b = 1 }
          {"password":"hunter2","b":1}           | {"password":(masked),"b":1}
          token=hunter2: must be                 | token=(masked): must be
          rewards=[{options{token=hunter2}       | rewards=[{options{token=(masked)}
          the password: must be a text           | the password: must be a text
          token-path=/run/x                      | token-path=/run/x
          """)
  void aTextIsMaskedWhereItHoldsASecret(String text, String masked) {
    assertThat(Secrets.BY_NAME.mask(text)).as(text).isEqualTo(masked);
    assertThat(Secrets.BY_NAME.mask(masked)).as("masked again").isEqualTo(masked);
  }

  @Test
  void aSecretOfTheEnvironmentIsFoundWhereverItWasSubstituted() {
    Secrets secrets =
        new Secrets(
            Optional.empty(),
            Map.of("RUN_TOKEN", "hunter2hunter2", "PIN_TOKEN", "1", "HOME", "/home/someone"));
    assertThat(secrets.mask("/home/someone/1/hunter2hunter2/run"))
        .as("not what is short, nor what is called otherwise")
        .isEqualTo("/home/someone/1/(masked)/run");
  }

  @Test
  void sparksOwnPatternCounts() {
    Secrets secrets = new Secrets(Optional.of("(?i)pin|^code$"), Map.of());
    assertThat(List.of(secrets.isSecret("my-PIN"), secrets.isSecret("code"), secrets.isSecret("k")))
        .as("what the site calls a secret")
        .containsExactly(true, true, false);
    assertThat(secrets.mask("pin=1234 token=hunter2")).isEqualTo("pin=(masked) token=(masked)");
  }

  @Test
  void blocksAndListsAreMaskedValueByValue() {
    Map<String, Object> block =
        Map.of(
            "rewards",
            List.of(Map.of("options", Map.of("api-key", "hunter2", "empty-password", ""))),
            "run-dir",
            "hdfs://me:hunter2@host/run",
            "rounds",
            3L);
    assertThat(Secrets.BY_NAME.mask(block))
        .as("everything else as it was")
        .isEqualTo(
            Map.of(
                "rewards",
                List.of(Map.of("options", Map.of("api-key", Secrets.MASK, "empty-password", ""))),
                "run-dir",
                "hdfs://me:(masked)@host/run",
                "rounds",
                3L));
  }

  @Test
  void aLongTextTakesNoTime() {
    String text = "a".repeat(2_000_000) + "://" + "b".repeat(2_000_000) + "secret";
    assertThat(Secrets.BY_NAME.mask(text)).as("nothing to mask").isEqualTo(text);
  }
}
