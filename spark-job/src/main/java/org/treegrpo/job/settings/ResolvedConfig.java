package org.treegrpo.job.settings;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.treegrpo.core.base.Sha256;

/**
 * The settings written out: {@code config.resolved.conf}. Every key with its value, sorted, paths
 * absolute; loading it gives the same settings again on any machine, unless it has secrets, which
 * are masked and must be given again.
 *
 * @param text HOCON, root {@code treegrpo}
 * @param withSecrets the same and nothing masked, to be compared only: never printed, never written
 * @param sha256 of the text without {@code run-dir}, so that a run can be moved, without {@code
 *     budget} and {@code cluster}, which move no weight, and {@code pretrain} and {@code compare},
 *     which training does not use, without what is called like a secret, so that a password may
 *     change, and, unless the learning rate falls over the rounds, without {@code rounds}, so that
 *     a run can be extended
 */
public record ResolvedConfig(String text, String withSecrets, String sha256) {

  private static final String ROUNDS = "rounds";
  private static final Set<String> NOT_HASHED =
      Set.of("run-dir", "budget", "cluster", "pretrain", "compare", ROUNDS);

  /**
   * A key of the block {@code treegrpo}, as {@link #of} writes it: the value or a block follows.
   */
  private static final Pattern KEY = Pattern.compile(" {4}([a-z-]+)(=| \\{).*");

  /**
   * @param roundsFree whether more rounds leave the earlier ones as they are
   */
  static ResolvedConfig of(Map<String, Object> values, boolean roundsFree) {
    return new ResolvedConfig(
        render(Secrets.ofThisProcess().mask(values)),
        render(values),
        hash(render(Secrets.BY_NAME.mask(values)), roundsFree));
  }

  private static String render(Map<String, Object> values) {
    return ConfigValueFactory.fromMap(Map.of(SettingsLoader.ROOT, values))
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  /**
   * The hash of a text of {@link #of}, whichever version wrote it. Of the text as it is: reading it
   * and writing it again would make 5 of 5.0.
   */
  static String hash(String text, boolean roundsFree) {
    StringBuilder hashed = new StringBuilder();
    boolean skipped = false;
    for (String line : text.split("(?<=\n)", -1)) {
      Matcher key = KEY.matcher(line.stripTrailing());
      if (key.matches()) {
        skipped = NOT_HASHED.contains(key.group(1)) && (roundsFree || !key.group(1).equals(ROUNDS));
      }
      if (!skipped || line.startsWith("}")) {
        hashed.append(line);
      }
    }
    return Sha256.of(hashed.toString());
  }
}
