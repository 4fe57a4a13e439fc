package org.treegrpo.job.settings;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings written out: {@code config.resolved.conf}. Every key with its value, sorted, paths
 * absolute; loading it gives the same settings again on any machine, unless it has secrets, which
 * are masked and must be given again.
 *
 * @param text HOCON, root {@code treegrpo}
 * @param withSecrets the same and nothing masked, for executors only: never printed, never written
 * @param sha256 of the text without {@code run-dir}, so that a run can be moved, without {@code
 *     pretrain}, which training does not use, without what is called like a secret, so that a
 *     password may change, and, unless the learning rate falls over the rounds, without {@code
 *     rounds}, so that a run can be extended
 */
public record ResolvedConfig(String text, String withSecrets, String sha256) {

  private static final List<String> FREE_TO_CHANGE = List.of("run-dir", "pretrain");

  /**
   * @param roundsFree whether more rounds leave the earlier ones as they are
   */
  static ResolvedConfig of(Map<String, Object> values, boolean roundsFree) {
    Map<String, Object> identity = new TreeMap<>(values);
    identity.keySet().removeAll(FREE_TO_CHANGE);
    if (roundsFree) {
      identity.remove("rounds");
    }
    return new ResolvedConfig(
        render(Secrets.ofThisProcess().mask(values)),
        render(values),
        sha256(render(Secrets.BY_NAME.mask(identity))));
  }

  private static String render(Map<String, Object> values) {
    return ConfigValueFactory.fromMap(Map.of("treegrpo", values))
        .render(ConfigRenderOptions.defaults().setOriginComments(false).setJson(false));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("every Java platform has SHA-256", absent);
    }
  }
}
