{
  description = "The package manager for Agent Skills";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      cargo = builtins.fromTOML (builtins.readFile ./Cargo.toml);
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
    in
    {
      packages = nixpkgs.lib.genAttrs systems (system: {
        default = nixpkgs.legacyPackages.${system}.rustPlatform.buildRustPackage {
          pname = "mdskill";
          version = cargo.workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          # The profile of a release.
          buildType = "dist";
          # The tests need git and servers on 127.0.0.1, and CI runs them.
          doCheck = false;
          meta = {
            description = cargo.package.description;
            homepage = cargo.workspace.package.repository;
            license = with nixpkgs.lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "mdskill";
          };
        };
      });
    };
}
