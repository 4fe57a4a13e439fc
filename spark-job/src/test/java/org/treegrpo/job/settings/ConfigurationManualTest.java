package org.treegrpo.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/CONFIGURATION.md} is {@code reference.conf} for readers of a browser. */
class ConfigurationManualTest {

  private static final Path REFERENCE = Path.of("src/main/resources/reference.conf");
  private static final Path PAGE = Path.of("../docs/CONFIGURATION.md");
  private static final String COMMAND =
      "mvn -pl spark-job -am test -Dtest=ConfigurationManualTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dtreegrpo.update-docs";

  @Test
  void thePageIsCurrent() throws IOException {
    String current =
        """
        # Configuration

        <!-- Made from spark-job/src/main/resources/reference.conf; not edited by hand. Made anew by
        %s -->
        """
                .formatted(COMMAND)
            + manual(Files.readString(REFERENCE));
    if (Boolean.getBoolean("treegrpo.update-docs")) {
      Files.writeString(PAGE, current);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/CONFIGURATION.md is made from reference.conf; make it anew with %s", COMMAND)
        .isEqualTo(current);
  }

  @Test
  void blocksAreSectionsAndKeysAreRowsInTheOrderOfTheFile() {
    String text =
        """
        # What it is,
        # in two lines.

        treegrpo {
          # Last by name: a | b.
          zeta = a

          # First by name, < 1.
          alpha = 1e-5

          # A block.
          block {
            # A text.
            text = ""
          }
        }
        """;
    assertThat(manual(text))
        .isEqualTo(
            """

            What it is, in two lines.

            | key | default | meaning |
            |---|---|---|
            | `zeta` | `a` | Last by name: a \\| b. |
            | `alpha` | `1e-5` | First by name, &lt; 1. |

            ## `block`

            A block.

            | key | default | meaning |
            |---|---|---|
            | `block.text` | `""` | A text. |
            """);
  }

  @Test
  void theFieldsOfAListAreItems() {
    String text =
        """
        treegrpo {
          # A list of blocks
          #   name    what it is called
          #   weight  at least 0
          # One at least.
          list = []
        }
        """;
    assertThat(manual(text))
        .contains(
            """
            ## `list`

            A list of blocks
            - `name`: what it is called
            - `weight`: at least 0

            One at least.
            """);
  }

  private static String manual(String text) {
    return ConfigurationManual.of(text, ConfigFactory.parseString(text), "treegrpo");
  }
}
