# Made by the release workflow of https://github.com/@REPOSITORY@ from packaging/homebrew/mdskill.rb.
class Mdskill < Formula
  desc "Package manager for Agent Skills"
  homepage "https://github.com/@REPOSITORY@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@URL:aarch64-apple-darwin@"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@URL:x86_64-apple-darwin@"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  # Static, so it runs with the glibc of Homebrew and with that of any system.
  on_linux do
    on_arm do
      url "@URL:aarch64-unknown-linux-musl@"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@URL:x86_64-unknown-linux-musl@"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "mdskill"
  end

  test do
    assert_equal "mdskill #{version}", shell_output("#{bin}/mdskill --version").strip
  end
end
