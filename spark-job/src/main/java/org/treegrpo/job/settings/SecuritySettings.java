package org.treegrpo.job.settings;

import java.util.List;

/**
 * What a run may execute.
 *
 * @param torchscriptRoots directories, absolute or as URIs, that TorchScript archives may come
 *     from; empty for any
 */
public record SecuritySettings(List<String> torchscriptRoots) {

  public SecuritySettings {
    torchscriptRoots = List.copyOf(torchscriptRoots);
  }

  static SecuritySettings read(SettingsReader reader) {
    List<String> roots = reader.textsOr("any", "torchscript-roots");
    for (String root : roots) {
      if (!root.startsWith("/") && !PathBase.hasScheme(root)) {
        reader.problem(
            "torchscript-roots",
            "must be any, or a list of absolute paths and URIs",
            "'%s' is neither".formatted(root));
      }
    }
    return new SecuritySettings(roots);
  }
}
