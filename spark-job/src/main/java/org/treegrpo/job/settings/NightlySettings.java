package org.treegrpo.job.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;

/**
 * What a night does besides training and judging.
 *
 * @param approval whether a person has to approve of what has passed the gate
 * @param webhook http or https address that is told how a night ended; empty = none
 */
public record NightlySettings(boolean approval, String webhook) {

  static NightlySettings read(SettingsReader reader) {
    String webhook = reader.text("webhook");
    if (!webhook.isEmpty() && !isWebAddress(webhook)) {
      reader.problem("webhook", "must be an http or https address, or empty", "");
      webhook = "";
    }
    return new NightlySettings(reader.flag("approval"), webhook);
  }

  private static boolean isWebAddress(String text) {
    try {
      URI uri = new URI(text);
      return uri.getHost() != null
          && List.of("http", "https").contains(uri.getScheme().toLowerCase(Locale.ROOT));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
