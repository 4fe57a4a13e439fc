package org.treegrpo.job.train;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.treegrpo.core.policy.PolicySpec;
import org.treegrpo.job.files.FileSystems;
import org.treegrpo.job.files.RewardFile;
import org.treegrpo.job.settings.TrainSettings;
import org.treegrpo.reward.RewardDefinition;

/**
 * The directories that TorchScript archives, which are programs, may come from. Symbolic links of a
 * local disk are followed before a path is compared.
 */
final class TrustedRoots {

  private static final String TORCHSCRIPT = "torchscript";
  private static final String KEY = "treegrpo.security.torchscript-roots";

  private final List<String> roots;
  private final Configuration hadoop;

  private TrustedRoots(List<String> roots, Configuration hadoop) {
    this.roots = roots;
    this.hadoop = hadoop;
  }

  /**
   * Refuses a policy, decoder or reward that is an archive from elsewhere.
   *
   * @throws InvalidInputException naming the archive
   * @throws IOException if a path cannot be looked up
   */
  static void require(TrainSettings settings, PolicySpec policy, Configuration hadoop)
      throws IOException {
    TrustedRoots trusted = new TrustedRoots(settings.security().torchscriptRoots(), hadoop);
    String directory = settings.policy().path();
    if (policy.type() == PolicySpec.Type.TORCHSCRIPT) {
      trusted.require("treegrpo.policy.path", new Path(directory, policy.file()));
    }
    if (policy.decoder().isPresent()) {
      trusted.require("treegrpo.policy.path", new Path(directory, policy.decoder().get().file()));
    }
    for (RewardDefinition reward : settings.rewards()) {
      boolean ranks = reward.option("of", "").equals(TORCHSCRIPT);
      if (ranks || reward.type().equals(TORCHSCRIPT)) {
        trusted.require(
            "treegrpo.rewards, '%s'".formatted(reward.name()),
            new Path(RewardFile.uri(reward.option("path", ""))));
      }
    }
  }

  private void require(String key, Path archive) throws IOException {
    if (roots.isEmpty()) {
      return;
    }
    String file = real(archive);
    for (String root : roots) {
      String directory = real(new Path(root));
      if (file.startsWith(directory.endsWith("/") ? directory : directory + "/")) {
        return;
      }
    }
    throw new InvalidInputException(
        "%s: %s must be in a directory of %s, since a TorchScript archive is a program; they are %s"
            .formatted(key, file, KEY, roots));
  }

  /** With the scheme of its file system and without links. */
  private String real(Path path) throws IOException {
    FileSystem fs = FileSystems.of(path, hadoop);
    Path qualified = fs.makeQualified(path);
    if (fs instanceof LocalFileSystem local) {
      java.nio.file.Path file = local.pathToFile(qualified).toPath();
      return "file:" + (file.toFile().exists() ? file.toRealPath() : file.normalize());
    }
    return qualified.toUri().normalize().toString();
  }
}
